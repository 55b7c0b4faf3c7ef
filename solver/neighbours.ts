/** Tasks by their distance from one task, nearest first; each list is made when first asked for. */
import type { Numbers } from './matrix.ts';
import type { Model } from './model.ts';

/** A ruin touches a handful of routes: it never looks further than this. */
const HORIZON_OF_A_RUIN = 250;

export class Neighbours {
  readonly #model: Model;
  readonly #lists: (Int32Array | undefined)[];
  readonly #keys: Float64Array;

  constructor(model: Model) {
    this.#model = model;
    this.#lists = new Array(model.tasks);
    this.#keys = new Float64Array(model.tasks);
  }

  of(task: number): Int32Array {
    return (this.#lists[task] ??= this.#rank(task));
  }

  /** The task itself comes first. */
  #rank(task: number): Int32Array {
    const { tasks, place, side } = this.#model;
    const matrix = this.#measure();
    const keys = this.#keys;
    const here = place[task]!;
    let farthest = 1;
    for (let t = 0; t < tasks; t++) {
      keys[t] = matrix[here * side + place[t]!]! + matrix[place[t]! * side + here]!;
      if (keys[t]! > farthest) farthest = keys[t]!;
    }
    // One native sort of numbers: the distance in the high digits, the task in the low ones.
    const scale = 2 ** 36 / farthest;
    const low = 2 ** 16;
    for (let t = 0; t < tasks; t++) keys[t] = (Math.floor(keys[t]! * scale) + 1) * low + t;
    keys[task] = task;
    keys.sort();
    const length = Math.min(tasks, HORIZON_OF_A_RUIN);
    const list = new Int32Array(length);
    for (let i = 0; i < length; i++) list[i] = keys[i]! % low;
    return list;
  }

  /** Costs of the first vehicle; durations where it drives for free. */
  #measure(): Numbers {
    const costs = this.#model.cost[0]!;
    return costs.some((c: number) => c > 0) ? costs : this.#model.duration[0]!;
  }
}
