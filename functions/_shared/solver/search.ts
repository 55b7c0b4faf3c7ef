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

export class Search {
  readonly model: Model;
  readonly tours: Tours;
  readonly #random: Random;
  readonly #ruin: Ruin;
  readonly #recreate: Recreate;
  readonly best: Int32Array;
  bestMissing = Infinity;
  bestCost = Infinity;
  iterations = 0;
  hot = +(globalThis.process?.env?.HOT ?? 0.1);
  cold = +(globalThis.process?.env?.COLD ?? 0.004);

  constructor(model: Model, seed: number) {
    this.model = model;
    this.tours = new Tours(model);
    this.#random = new Random(seed);
    const insertion = new Insertion(this.tours);
    this.#ruin = new Ruin(this.tours, new Neighbours(model), this.#random);
    this.#recreate = new Recreate(this.tours, insertion, this.#random);
    this.best = new Int32Array(model.tasks + model.vehicles);
  }

  construct(): void {
    this.#recreate.all();
    this.#keepIfBest();
    this.scale = this.bestCost / (this.model.tasks + this.tours.usedCount);
  }
  scale = 0;

  step(progress: number): void {
    const tours = this.tours;
    const random = this.#random;
    this.iterations++;
    const temperature = this.scale * this.hot * (this.cold / this.hot) ** progress;
    const missing = tours.missing;
    const cost = tours.totalCost;
    tours.begin();
    const out = tours.absentCount;
    this.#ruin.around(random.below(this.model.tasks));
    this.#recreate.some(tours.absentCount - out);
    const worse = tours.totalCost - cost;
    const threshold = -temperature * Math.log(random.unit());
    if (tours.missing < missing || (tours.missing === missing && worse < threshold)) {
      if (tours.missing < this.bestMissing || (tours.missing === this.bestMissing && tours.totalCost < this.bestCost)) this.#keepIfBest();
    } else {
      tours.rollBack();
    }
  }

  #keepIfBest(): void {
    this.bestMissing = this.tours.missing;
    this.bestCost = this.tours.totalCost;
    this.tours.snapshot(this.best);
  }
}
