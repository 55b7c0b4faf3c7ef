/** `steps` of a request as the start of the search; refused, as VROOM does, where they break a rule. */
import { inputError } from './errors.ts';
import {
  keepsCapacity,
  keepsPrecedence,
  keepsSkills,
  keepsTimes,
  newScratch,
} from './feasibility.ts';
import { endNode, startNode } from './model.ts';
import type { Model } from './model.ts';

/** The given routes as a snapshot for `Tours.restore`, or nothing if there are none. */
export function startRoutes(model: Model): Int32Array | undefined {
  const { vehicles } = model.problem;
  if (vehicles.every((vehicle) => vehicle.steps.every((step) => step.kind !== 'task'))) {
    return undefined;
  }
  const scratch = newScratch(model);
  const snapshot = new Int32Array(model.tasks + model.vehicles);
  let at = 0;
  vehicles.forEach((vehicle, v) => {
    const ranks = vehicle.steps.filter((step) => step.kind === 'task').map((step) => step.rank);
    const sequence = Int32Array.from(ranks);
    const length = sequence.length;
    const refuse = (message: string): never => {
      throw inputError(`${message} for vehicle ${vehicle.id}.`);
    };
    if (!keepsSkills(model, v, sequence, length)) {
      const row = model.type[v]! * model.tasks;
      const rank = ranks.find((task) => model.skilled[row + task] === 0)!;
      throw inputError(
        `Missing skill or step out of reach for vehicle ${vehicle.id} and job ${model.problem.tasks[rank]!.id}.`,
      );
    }
    if (!keepsPrecedence(model, sequence, length, scratch)) refuse('Invalid shipment in route');
    if (!keepsCapacity(model, v, sequence, length, scratch.load)) refuse('Route over capacity');
    const range = rangeOf(model, v, sequence);
    if (range.travel > model.maxTravel[v]!) refuse('Route over max_travel_time');
    if (range.distance > model.maxDistance[v]!) refuse('Route over max_distance');
    if (length > model.maxTasks[v]!) refuse('Too many tasks');
    if (length > 0 && !keepsTimes(model, v, sequence, length, scratch)) refuse('Infeasible route');
    for (const task of sequence) snapshot[at++] = task;
    snapshot[at++] = -1;
  });
  return snapshot;
}

function rangeOf(
  model: Model,
  vehicle: number,
  sequence: Int32Array,
): { travel: number; distance: number } {
  const { place, side } = model;
  let travel = 0;
  let distance = 0;
  if (sequence.length > 0) {
    let from = place[startNode(model, vehicle)]!;
    for (const node of [...sequence, endNode(model, vehicle)]) {
      const to = place[node]!;
      travel += model.duration[vehicle]![from * side + to]!;
      distance += model.distance[vehicle]![from * side + to]!;
      from = to;
    }
  }
  return { travel, distance };
}
