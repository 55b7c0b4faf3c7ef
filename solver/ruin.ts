/**
 * Adjacent string removal (Christiaens & Vanden Berghe 2020): near a random task, cut a string of
 * consecutive tasks out of each of a few neighbouring routes. The gaps lie side by side, so the
 * tasks can change routes, and each route keeps its shape elsewhere.
 */
import { startNode, endNode } from './model.ts';
import type { Model } from './model.ts';
import type { Neighbours } from './neighbours.ts';
import type { Random } from './random.ts';
import type { Tours } from './tours.ts';

const AVERAGE_REMOVED = 10;
const LONGEST_STRING = 10;
/** How often a string keeps some tasks in its middle, and how it decides to keep one more. */
const SPLIT = 0.5;
const KEEP_ANOTHER = 0.01;

export class Ruin {
  readonly #tours: Tours;
  readonly #model: Model;
  readonly #neighbours: Neighbours;
  readonly #random: Random;
  readonly #route: Int32Array;
  readonly #ruined: Int32Array;
  #ruinedCount = 0;
  readonly #isRuined: Uint8Array;

  constructor(tours: Tours, neighbours: Neighbours, random: Random) {
    const { model } = tours;
    this.#tours = tours;
    this.#model = model;
    this.#neighbours = neighbours;
    this.#random = random;
    this.#route = new Int32Array(model.tasks);
    this.#ruined = new Int32Array(model.vehicles);
    this.#isRuined = new Uint8Array(model.vehicles);
  }

  /** Removes strings around `seed`; the routes are up to date again afterwards. */
  around(seed: number): void {
    const tours = this.#tours;
    const random = this.#random;
    const { vehicle, count } = tours;
    if (tours.usedCount === 0) return;
    let served = 0;
    for (let i = 0; i < tours.usedCount; i++) served += count[tours.used[i]!]!;
    const longest = Math.min(LONGEST_STRING, served / tours.usedCount);
    const mostStrings = (4 * AVERAGE_REMOVED) / (1 + longest) - 1;
    const strings = Math.floor(random.unit() * mostStrings + 1);
    const near = this.#neighbours.of(seed);
    for (let i = 0; i < near.length && this.#ruinedCount < strings; i++) {
      const task = near[i]!;
      const v = vehicle[task]!;
      if (v < 0 || this.#isRuined[v] === 1) continue;
      const most = Math.min(longest, count[v]!);
      this.#cut(v, task, Math.floor(random.unit() * most + 1));
    }
    this.#finish();
  }

  /** Empties one route altogether. */
  route(vehicle: number): void {
    this.#clear(vehicle);
    this.#mark(vehicle);
    this.#finish();
  }

  #cut(vehicle: number, task: number, length: number): void {
    const tours = this.#tours;
    const random = this.#random;
    const route = this.#route;
    const total = tours.sequence(vehicle, route);
    let at = 0;
    while (route[at] !== task) at++;
    let kept = 0;
    if (length > 1 && length < total && random.unit() < SPLIT) {
      kept = 1;
      while (length + kept < total && random.unit() < KEEP_ANOTHER) kept++;
    }
    const span = length + kept;
    // A window of `span` tasks that covers the task and stays inside the route.
    const lowest = Math.max(0, at - span + 1);
    const highest = Math.min(at, total - span);
    const first = lowest + random.below(highest - lowest + 1);
    const gap = kept === 0 ? -1 : first + 1 + random.below(length - 1);
    tours.save(vehicle);
    for (let i = first; i < first + span; i++) {
      if (kept > 0 && i >= gap && i < gap + kept) continue;
      // The other half of a shipment may have gone with an earlier one.
      if (tours.vehicle[route[i]!] === vehicle) tours.remove(route[i]!);
    }
    this.#mark(vehicle);
  }

  #mark(vehicle: number): void {
    this.#isRuined[vehicle] = 1;
    this.#ruined[this.#ruinedCount++] = vehicle;
  }

  #clear(vehicle: number): void {
    const tours = this.#tours;
    tours.save(vehicle);
    const end = endNode(this.#model, vehicle);
    const start = startNode(this.#model, vehicle);
    while (tours.next[start] !== end) tours.remove(tours.next[start]!);
  }

  #finish(): void {
    const tours = this.#tours;
    for (let i = 0; i < this.#ruinedCount; i++) {
      const vehicle = this.#ruined[i]!;
      this.#isRuined[vehicle] = 0;
      tours.update(vehicle);
      // A shortcut can take longer than the detour did (rounded or one-way matrices).
      if (!tours.stillFits(vehicle)) {
        this.#clear(vehicle);
        tours.update(vehicle);
      }
    }
    this.#ruinedCount = 0;
  }
}
