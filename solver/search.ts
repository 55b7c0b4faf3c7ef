/**
 * The search: a first plan by greedy insertion, then ruin and recreate under annealing, with
 * fleet reduction where a route less seems possible. Cut into small runs, so that a driver can
 * pause, report and stop between any two of them. Nothing here looks at a clock: where the run
 * stands comes in as `progress` from 0 to 1.
 */
import { planRounds, temperatureAt } from './annealing.ts';
import type { Round } from './annealing.ts';
import { Absences, fewestRoutes, shortestRoute } from './fleet.ts';
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
/** Iterations per task needed to serve everything, as a share of the run, at most. */
const SHARE_TO_SERVE_ALL = 0.15;
const SHARE_TO_SAVE_A_ROUTE = 0.04;
/** Where in a round a route less is tried: the plan has a shape, and is still warm. */
const WHEN_TO_SAVE_A_ROUTE = [0.4, 0.75];
/** The bound on routes is worth trying for only where it is near. */
const NEAR_THE_BOUND = 0.05;
/** The speed of the search is known well enough by then to plan its rounds. */
const FIRST_MEASURE = 0.02;

/** Looking for a plan that leaves nothing out, whatever it costs. */
interface Squeeze {
  until: number;
  /** The plan to go back to if that fails; none while the first plan leaves items out. */
  fallback: Int32Array | undefined;
}

export class Search {
  readonly model: Model;
  readonly tours: Tours;
  readonly #random: Random;
  readonly #insertion: Insertion;
  readonly #ruin: Ruin;
  readonly #recreate: Recreate;
  readonly #absences: Absences;
  readonly #fewestRoutes: number;
  readonly #best: Int32Array;
  bestMissing = Infinity;
  bestCost = Infinity;
  bestRoutes = 0;
  bestUnassigned = 0;
  iterations = 0;
  #linedUp = false;
  #completing = false;
  /** Average cost of a leg in the first plan: one degree of temperature. */
  #degree = 0;
  #rounds: Round[] | undefined;
  #round = 0;
  #squeeze: Squeeze | undefined;
  /** Attempts to save a route in this round. */
  #attempts = 0;

  constructor(model: Model, seed: number) {
    this.model = model;
    this.tours = new Tours(model);
    this.#random = new Random(seed);
    this.#insertion = new Insertion(this.tours);
    this.#ruin = new Ruin(this.tours, new Neighbours(model), this.#random);
    this.#recreate = new Recreate(this.tours, this.#insertion, this.#random);
    this.#absences = new Absences(this.tours);
    this.#fewestRoutes = fewestRoutes(model);
    this.#best = new Int32Array(model.tasks + model.vehicles);
  }

  startFrom(snapshot: Int32Array): void {
    this.tours.restore(snapshot);
  }

  /** Inserts some more items into the first plan; true once every item has been tried. */
  construct(): boolean {
    if (!this.#linedUp) this.#recreate.lineUp();
    this.#linedUp = true;
    if (!this.#recreate.next(FIRST_BATCH)) return false;
    const { tours } = this;
    tours.commit();
    this.#keepIfBetter();
    this.#degree = tours.totalCost / (this.model.tasks + Math.max(1, tours.usedCount));
    if (tours.missing > 0) this.#squeeze = { until: SHARE_TO_SERVE_ALL, fallback: undefined };
    return true;
  }

  /**
   * A few iterations, at most up to `limit` in all. `expected` is how many the whole run will
   * have, `Infinity` while nobody knows.
   */
  run(progress: number, limit: number, expected: number): void {
    if (this.#rounds === undefined && (expected < Infinity || progress >= FIRST_MEASURE)) {
      const total = expected < Infinity ? expected : this.iterations / progress;
      this.#rounds = planRounds(total, this.model.tasks);
    }
    const end = Math.min(limit, this.iterations + BATCH);
    const [first] = planRounds(1, 1);
    const rounds = this.#rounds;
    if (rounds) {
      while (this.#round < rounds.length - 1 && progress >= rounds[this.#round]!.until) {
        this.#enterRound(rounds[++this.#round]!);
      }
    }
    const round = rounds?.[this.#round] ?? first!;
    this.#maybeSqueeze(round, progress);
    const temperature = this.#degree * temperatureAt(round, progress);
    while (this.iterations < end) this.#step(temperature);
  }

  #enterRound(round: Round): void {
    this.#endSqueeze();
    this.#recreate.routeLimit = Infinity;
    this.#attempts = 0;
    if (round.last) this.tours.restore(this.#best);
  }

  /** Starts and ends the attempts to serve everything, with a route less or at all. */
  #maybeSqueeze(round: Round, progress: number): void {
    const { tours } = this;
    if (this.#squeeze) {
      if (tours.missing === 0) this.#squeeze = undefined;
      else if (progress >= this.#squeeze.until) this.#endSqueeze();
      return;
    }
    const share = (progress - round.from) / (round.until - round.from);
    if (round.last || share < (WHEN_TO_SAVE_A_ROUTE[this.#attempts] ?? Infinity)) return;
    this.#attempts++;
    const spare = tours.usedCount - this.#fewestRoutes;
    const fixed = tours.usedCount > 0 && this.model.fixed[tours.used[0]!]! > 0;
    if (tours.missing > 0 || spare < 1) return;
    if (!fixed && spare > Math.max(1, NEAR_THE_BOUND * tours.usedCount)) return;
    const fallback = new Int32Array(this.#best.length);
    tours.snapshot(fallback);
    this.#squeeze = { until: progress + SHARE_TO_SAVE_A_ROUTE, fallback };
    this.#absences.forget();
    this.#recreate.routeLimit = tours.usedCount - 1;
    tours.begin();
    this.#ruin.route(shortestRoute(tours));
    tours.commit();
  }

  #endSqueeze(): void {
    if (this.#squeeze === undefined) return;
    this.tours.restore(this.#squeeze.fallback ?? this.#best);
    this.#recreate.routeLimit = Infinity;
    this.#squeeze = undefined;
  }

  #step(temperature: number): void {
    const { tours } = this;
    const random = this.#random;
    const squeezing = this.#squeeze !== undefined && tours.missing > 0;
    this.iterations++;
    const { missing, totalCost } = tours;
    const absences = squeezing ? this.#absences.sum() : 0;
    tours.begin();
    const out = tours.absentCount;
    this.#ruin.around(this.#seed());
    this.#recreate.some(tours.absentCount - out);
    let accepted = tours.missing < missing;
    if (tours.missing === missing) {
      accepted = tours.totalCost - totalCost < -temperature * Math.log(random.unit());
    }
    if (squeezing) {
      accepted ||= this.#absences.sum() < absences;
      this.#absences.count();
    }
    if (accepted) this.#keepIfBetter();
    else tours.rollBack();
  }

  /** Where to ruin: anywhere, or every other time around something that is left out. */
  #seed(): number {
    const { absent, absentCount } = this.tours;
    const random = this.#random;
    return absentCount > 0 && random.unit() < 0.5
      ? absent[random.below(absentCount)]!
      : random.below(this.model.tasks);
  }

  /**
   * Goes back to the best plan and gives some more items that are out a last chance, in every
   * place and without shortcuts; true once all had it.
   */
  complete(): boolean {
    if (!this.#completing) {
      this.#completing = true;
      this.tours.restore(this.#best);
      this.#recreate.routeLimit = Infinity;
      this.#insertion.thorough = true;
      this.#recreate.lineUp();
    }
    if (!this.#recreate.next(FIRST_BATCH)) return false;
    this.#keepIfBetter();
    return true;
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
