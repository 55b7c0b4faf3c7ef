/**
 * Fleet reduction by absences (Christiaens & Vanden Berghe 2020). When items are left out, or
 * when a route is emptied on purpose and no vehicle may replace it, cost is no guide. Every item
 * is counted each time it is left out; a change is accepted if what it leaves out has been out
 * less often. Items that are hard to place become expensive to drop and settle first.
 */
import type { Model } from './model.ts';
import type { Tours } from './tours.ts';

export class Absences {
  readonly #tours: Tours;
  readonly #counts: Float64Array;

  constructor(tours: Tours) {
    this.#tours = tours;
    this.#counts = new Float64Array(tours.model.tasks);
  }

  sum(): number {
    const { absent, absentCount } = this.#tours;
    let sum = 0;
    for (let i = 0; i < absentCount; i++) sum += this.#counts[absent[i]!]!;
    return sum;
  }

  count(): void {
    const { absent, absentCount } = this.#tours;
    for (let i = 0; i < absentCount; i++) this.#counts[absent[i]!]!++;
  }

  forget(): void {
    this.#counts.fill(0);
  }
}

/** No plan that serves everything has fewer routes: the loads would not fit. */
export function fewestRoutes(model: Model): number {
  const { amounts, delivery, pickup, capacity, tasks, vehicles, mate } = model;
  let fewest = 1;
  for (let q = 0; q < amounts; q++) {
    let out = 0;
    let back = 0;
    for (let t = 0; t < tasks; t++) {
      if (mate[t]! >= 0) continue;
      out += delivery[t * amounts + q]!;
      back += pickup[t * amounts + q]!;
    }
    let largest = 0;
    for (let v = 0; v < vehicles; v++) largest = Math.max(largest, capacity[v * amounts + q]!);
    if (largest > 0) fewest = Math.max(fewest, Math.ceil(Math.max(out, back) / largest));
  }
  return fewest;
}

/** The used vehicle with the fewest tasks. */
export function shortestRoute(tours: Tours): number {
  let shortest = tours.used[0]!;
  for (let i = 1; i < tours.usedCount; i++) {
    const vehicle = tours.used[i]!;
    if (tours.count[vehicle]! < tours.count[shortest]!) shortest = vehicle;
  }
  return shortest;
}
