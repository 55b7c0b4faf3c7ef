/**
 * Why an item is left out. It is tried alone in an empty route of every vehicle, and a reason is
 * a rule that fails there in every one of them. Where each vehicle fails for a reason of its own
 * the answer is "no vehicle"; where some vehicle could serve it alone, "no room left".
 */
import { earliestEnd, keepsCapacity, keepsSkills, newScratch } from './feasibility.ts';
import type { Scratch } from './feasibility.ts';
import { FOREVER } from './matrix.ts';
import { endNode, startNode } from './model.ts';
import type { Model } from './model.ts';
import { startOfService } from './windows.ts';
import type { Reason } from './types.ts';

/** In the order in which they are looked for: what can never be helped comes first. */
const RULES: Reason[] = [
  'skills',
  'capacity',
  'max_tasks',
  'unreachable',
  'max_distance',
  'max_travel_time',
  'time window',
  'shift',
];

export interface Explanation {
  reason: Reason;
  /** For each vehicle what fails when it serves the item alone; empty where nothing does. */
  vehicles: Reason[][];
}

export class Reasons {
  readonly #model: Model;
  readonly #scratch: Scratch;
  /** One vehicle of each type speaks for all of them. */
  readonly #speakers: Int32Array;

  constructor(model: Model) {
    this.#model = model;
    this.#scratch = newScratch(model);
    this.#speakers = new Int32Array(model.types).fill(-1);
    for (let v = model.vehicles - 1; v >= 0; v--) this.#speakers[model.type[v]!] = v;
  }

  explain(item: number): Explanation {
    const { type, vehicles } = this.#model;
    const byType = Array.from(this.#speakers, (vehicle) => this.#failures(item, vehicle));
    const named = RULES.find((rule) => byType.every((failures) => failures.includes(rule)));
    const served = byType.some((failures) => failures.length === 0);
    return {
      reason: named ?? (served ? 'no room left' : 'no vehicle'),
      vehicles: Array.from({ length: vehicles }, (_, v) => byType[type[v]!]!),
    };
  }

  #failures(item: number, vehicle: number): Reason[] {
    const model = this.#model;
    const { mate, place, side } = model;
    const tasks = mate[item]! < 0 ? [item] : [item, mate[item]!];
    const sequence = Int32Array.from(tasks);
    const failures: Reason[] = [];
    if (!keepsSkills(model, vehicle, sequence, tasks.length)) failures.push('skills');
    if (!keepsCapacity(model, vehicle, sequence, tasks.length, this.#scratch.load)) {
      failures.push('capacity');
    }
    if (tasks.length > model.maxTasks[vehicle]!) failures.push('max_tasks');
    let travel = 0;
    let metres = 0;
    const nodes = [startNode(model, vehicle), ...tasks, endNode(model, vehicle)];
    for (let i = 1; i < nodes.length; i++) {
      const arc = place[nodes[i - 1]!]! * side + place[nodes[i]!]!;
      travel += model.duration[vehicle]![arc]!;
      metres += model.distance[vehicle]![arc]!;
    }
    if (travel >= FOREVER) return [...failures, 'unreachable'];
    if (metres > model.maxDistance[vehicle]!) failures.push('max_distance');
    if (travel > model.maxTravel[vehicle]!) failures.push('max_travel_time');
    if (this.#missesWindow(tasks, vehicle)) failures.push('time window');
    else if (
      earliestEnd(model, vehicle, sequence, tasks.length, this.#scratch) > model.shiftEnd[vehicle]!
    ) {
      failures.push('shift');
    }
    return failures;
  }

  /** True if the vehicle, leaving when its shift begins and never pausing, comes too late. */
  #missesWindow(tasks: number[], vehicle: number): boolean {
    const model = this.#model;
    const { place, side, service, setup } = model;
    let time = model.shiftStart[vehicle]!;
    let from = startNode(model, vehicle);
    for (const task of tasks) {
      time += model.duration[vehicle]![place[from]! * side + place[task]!]!;
      time = startOfService(model, task, time) + service[task]!;
      if (place[from] !== place[task]) time += setup[task]!;
      from = task;
    }
    return time === Infinity;
  }
}
