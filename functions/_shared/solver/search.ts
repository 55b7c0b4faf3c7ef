/**
 * Ruin and recreate under annealing, cut into steps so that a driver can pause, report and stop
 * between any two of them.
 */
import { Insertion } from './insertion.ts';
import type { Model } from './model.ts';
import { Neighbours } from './neighbours.ts';
import { Random } from './random.ts';
import { Recreate } from './recreate.ts';
import { Ruin } from './ruin.ts';
import { Tours } from './tours.ts';

/** Iterations between two looks at the clock. */
const BATCH = 8;
/** Items inserted between two looks at the clock while the first plan is made. */
const FIRST_BATCH = 25;

export class Search {
  readonly model: Model;
  readonly tours: Tours;
  readonly #random: Random;
  readonly #insertion: Insertion;
  readonly #ruin: Ruin;
  readonly #recreate: Recreate;
  readonly #best: Int32Array;
  #scale = 0;
  #started = false;
  bestMissing = Infinity;
  bestCost = Infinity;
  bestRoutes = 0;
  bestUnassigned = 0;
  iterations = 0;
  hot = +(globalThis.process?.env?.HOT ?? 1);
  cold = +(globalThis.process?.env?.COLD ?? 0.01);

  constructor(model: Model, seed: number) {
    this.model = model;
    this.tours = new Tours(model);
    this.#random = new Random(seed);
    this.#insertion = new Insertion(this.tours);
    this.#ruin = new Ruin(this.tours, new Neighbours(model), this.#random);
    this.#recreate = new Recreate(this.tours, this.#insertion, this.#random);
    this.#best = new Int32Array(model.tasks + model.vehicles);
  }

  startFrom(snapshot: Int32Array): void {
    this.tours.restore(snapshot);
  }

  /** Inserts some more items into the first plan; true once every item has been tried. */
  construct(): boolean {
    if (!this.#started) this.#recreate.lineUp();
    this.#started = true;
    if (!this.#recreate.next(FIRST_BATCH)) return false;
    this.tours.commit();
    this.#keepIfBetter();
    this.#scale = this.bestCost / (this.model.tasks + Math.max(1, this.tours.usedCount));
    return true;
  }

  run(progress: number, limit: number): void {
    const end = Math.min(limit, this.iterations + BATCH);
    const temperature = this.#scale * this.hot * (this.cold / this.hot) ** progress;
    while (this.iterations < end) this.#step(temperature);
  }

  #step(temperature: number): void {
    const { tours } = this;
    const random = this.#random;
    this.iterations++;
    const missing = tours.missing;
    const cost = tours.totalCost;
    tours.begin();
    const out = tours.absentCount;
    this.#ruin.around(random.below(this.model.tasks));
    this.#recreate.some(tours.absentCount - out);
    const worse = tours.totalCost - cost;
    if (
      tours.missing < missing ||
      (tours.missing === missing && worse < -temperature * Math.log(random.unit()))
    ) {
      this.#keepIfBetter();
    } else {
      tours.rollBack();
    }
  }

  complete(): void {
    this.tours.restore(this.#best);
  }

  #keepIfBetter(): void {
    const { tours } = this;
    if (
      tours.missing < this.bestMissing ||
      (tours.missing === this.bestMissing && tours.totalCost < this.bestCost)
    ) {
      this.bestMissing = tours.missing;
      this.bestCost = tours.totalCost;
      this.bestRoutes = tours.usedCount;
      this.bestUnassigned = tours.absentCount;
      tours.snapshot(this.#best);
    }
  }
}
