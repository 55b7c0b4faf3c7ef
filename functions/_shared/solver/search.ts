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

  stages: [number, number, number][] = JSON.parse(
    globalThis.process?.env?.STAGES ?? '[[1,1,0.01]]',
  );
  stage = -1;
  stageStart = 0;

  run(progress: number, limit: number): void {
    const end = Math.min(limit, this.iterations + BATCH);
    let stage = 0;
    while (stage < this.stages.length - 1 && progress >= this.stages[stage]![0]) stage++;
    if (stage !== this.stage) {
      if (this.stage >= 0) this.tours.restore(this.#best);
      this.stage = stage;
      this.stageStart = progress;
    }
    const [until, hot, cold] = this.stages[stage]!;
    const share = Math.min(1, (progress - this.stageStart) / (until - this.stageStart));
    const temperature = this.#scale * hot * (cold / hot) ** share;
    while (this.iterations < end) this.#step(temperature, progress < 0.15);
  }

  #absences = new Float64Array(2000);

  #step(temperature: number, exploring: boolean): void {
    const { tours } = this;
    const random = this.#random;
    this.iterations++;
    const missing = tours.missing;
    const cost = tours.totalCost;
    const lacking = missing > 0 && exploring;
    let before = 0;
    if (lacking) before = this.#sumAbsences();
    tours.begin();
    const out = tours.absentCount;
    const seed =
      missing > 0 && random.unit() < 0.5
        ? tours.absent[random.below(out)]!
        : random.below(this.model.tasks);
    this.#ruin.around(seed);
    this.#recreate.some(tours.absentCount - out);
    const worse = tours.totalCost - cost;
    let accepted =
      tours.missing < missing ||
      (tours.missing === missing && worse < -temperature * Math.log(random.unit()));
    if (lacking) {
      if (!accepted && this.#sumAbsences() < before) accepted = true;
      for (let i = 0; i < tours.absentCount; i++) this.#absences[tours.absent[i]!]!++;
    }
    if (accepted) this.#keepIfBetter();
    else tours.rollBack();
  }

  #sumAbsences(): number {
    const { absent, absentCount } = this.tours;
    let sum = 0;
    for (let i = 0; i < absentCount; i++) sum += this.#absences[absent[i]!]!;
    return sum;
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
