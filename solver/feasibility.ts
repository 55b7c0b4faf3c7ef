/**
 * The exact test of a whole route, breaks included. The search uses it where the constant-time
 * test of an insertion does not apply (vehicles with breaks) and everything else is built on it:
 * start solutions, reasons, itineraries.
 *
 * Breaks: a vehicle takes them in the order of their first window. A break may fall anywhere on
 * a leg, so a state is (time, travel still to do on this leg), and being early in both is never
 * worse. `ready[k]` is the earliest departure from the last task with k breaks taken; each leg
 * tries every number of breaks.
 */
import { startOfService } from './windows.ts';
import { endNode, startNode } from './model.ts';
import type { Model, ScaledBreak } from './model.ts';

export interface Scratch {
  sequence: Int32Array;
  trial: Int32Array;
  ready: Float64Array;
  readyNext: Float64Array;
  load: Float64Array;
  seen: Int32Array;
  stamp: number;
}

export function newScratch(model: Model): Scratch {
  const layers = 1 + Math.max(0, ...model.breaks.map((b) => b.length));
  return {
    sequence: new Int32Array(model.tasks + 2),
    trial: new Int32Array(model.tasks + 2),
    ready: new Float64Array(layers),
    readyNext: new Float64Array(layers),
    load: new Float64Array(model.amounts),
    seen: new Int32Array(model.tasks),
    stamp: 0,
  };
}

export function isFeasible(
  model: Model,
  vehicle: number,
  sequence: Int32Array,
  length: number,
  scratch: Scratch,
): boolean {
  return (
    length <= model.maxTasks[vehicle]! &&
    keepsSkills(model, vehicle, sequence, length) &&
    keepsPrecedence(model, sequence, length, scratch) &&
    keepsCapacity(model, vehicle, sequence, length, scratch.load) &&
    keepsRange(model, vehicle, sequence, length) &&
    keepsTimes(model, vehicle, sequence, length, scratch)
  );
}

export function keepsSkills(
  model: Model,
  vehicle: number,
  sequence: Int32Array,
  length: number,
): boolean {
  const row = model.type[vehicle]! * model.tasks;
  for (let i = 0; i < length; i++) if (model.skilled[row + sequence[i]!] === 0) return false;
  return true;
}

/** Every delivery of a shipment behind its pickup, and no half alone. */
export function keepsPrecedence(
  model: Model,
  sequence: Int32Array,
  length: number,
  scratch: Scratch,
): boolean {
  const { mate, problem } = model;
  const { seen } = scratch;
  const stamp = ++scratch.stamp;
  let open = 0;
  for (let i = 0; i < length; i++) {
    const task = sequence[i]!;
    if (mate[task]! < 0) continue;
    if (problem.tasks[task]!.kind === 'pickup') {
      seen[task] = stamp;
      open++;
    } else if (seen[mate[task]!] === stamp) {
      open--;
    } else {
      return false;
    }
  }
  return open === 0;
}

export function keepsCapacity(
  model: Model,
  vehicle: number,
  sequence: Int32Array,
  length: number,
  load: Float64Array,
): boolean {
  const { amounts, capacity, delivery, pickup } = model;
  const own = vehicle * amounts;
  loadAtStart(model, sequence, length, load);
  for (let q = 0; q < amounts; q++) if (load[q]! > capacity[own + q]!) return false;
  for (let i = 0; i < length; i++) {
    const at = sequence[i]! * amounts;
    for (let q = 0; q < amounts; q++) {
      load[q]! += pickup[at + q]! - delivery[at + q]!;
      if (load[q]! > capacity[own + q]!) return false;
    }
  }
  return true;
}

/** Deliveries of jobs are on board when the vehicle leaves. */
export function loadAtStart(
  model: Model,
  sequence: Int32Array,
  length: number,
  load: Float64Array,
): void {
  const { amounts, delivery, mate } = model;
  load.fill(0);
  for (let i = 0; i < length; i++) {
    const task = sequence[i]!;
    if (mate[task]! >= 0) continue;
    for (let q = 0; q < amounts; q++) load[q]! += delivery[task * amounts + q]!;
  }
}

export function keepsRange(
  model: Model,
  vehicle: number,
  sequence: Int32Array,
  length: number,
): boolean {
  if (!model.ranged || length === 0) return true;
  const { place, side } = model;
  const durations = model.duration[vehicle]!;
  const distances = model.distance[vehicle]!;
  let travel = 0;
  let distance = 0;
  let from = place[startNode(model, vehicle)]!;
  for (let i = 0; i <= length; i++) {
    const to = place[i < length ? sequence[i]! : endNode(model, vehicle)]!;
    travel += durations[from * side + to]!;
    distance += distances[from * side + to]!;
    from = to;
  }
  return travel <= model.maxTravel[vehicle]! && distance <= model.maxDistance[vehicle]!;
}

export function keepsTimes(
  model: Model,
  vehicle: number,
  sequence: Int32Array,
  length: number,
  scratch: Scratch,
): boolean {
  if (!model.timed) return true;
  return earliestEnd(model, vehicle, sequence, length, scratch) <= model.shiftEnd[vehicle]!;
}

/** Earliest end of the route with all breaks taken, `Infinity` where a window is missed. */
export function earliestEnd(
  model: Model,
  vehicle: number,
  sequence: Int32Array,
  length: number,
  scratch: Scratch,
): number {
  const breaks = model.breaks[vehicle]!;
  const { place, side, setup, service } = model;
  const durations = model.duration[vehicle]!;
  const { load } = scratch;
  let { ready, readyNext } = scratch;
  ready.fill(Infinity);
  ready[0] = model.shiftStart[vehicle]!;
  loadAtStart(model, sequence, length, load);
  let from = place[startNode(model, vehicle)]!;
  for (let i = 0; i <= length; i++) {
    const task = i < length ? sequence[i]! : -1;
    const to = place[task >= 0 ? task : endNode(model, vehicle)]!;
    const way = durations[from * side + to]!;
    readyNext.fill(Infinity);
    let alive = false;
    for (let k = 0; k <= breaks.length; k++) {
      if (ready[k] === Infinity) continue;
      let time = ready[k]!;
      let rest = way;
      for (let taken = k; ; taken++) {
        let arrival = time + rest;
        if (task >= 0) {
          arrival = startOfService(model, task, arrival) + service[task]!;
          if (from !== to) arrival += setup[task]!;
        }
        if (arrival < readyNext[taken]!) {
          readyNext[taken] = arrival;
          alive = true;
        }
        if (taken === breaks.length) break;
        const pause = breaks[taken]!;
        const start = startOfBreak(pause, time, load);
        if (start === Infinity) break;
        rest = Math.max(0, rest - (start - time));
        time = start + pause.service;
      }
    }
    if (!alive) return Infinity;
    [ready, readyNext] = [readyNext, ready];
    if (task >= 0) addTask(model, task, load);
    from = to;
  }
  return ready[breaks.length]!;
}

/** Earliest start of a break at or after `time`; `Infinity` if it cannot be taken any more. */
export function startOfBreak(pause: ScaledBreak, time: number, load: Float64Array): number {
  const { opens, closes, maxLoad } = pause;
  if (maxLoad !== undefined) {
    for (let q = 0; q < maxLoad.length; q++) if (load[q]! > maxLoad[q]!) return Infinity;
  }
  for (let w = 0; w < opens.length; w++) {
    if (time <= closes[w]!) return time < opens[w]! ? opens[w]! : time;
  }
  return Infinity;
}

export function addTask(model: Model, task: number, load: Float64Array): void {
  const { amounts, pickup, delivery } = model;
  for (let q = 0; q < amounts; q++) {
    load[q]! += pickup[task * amounts + q]! - delivery[task * amounts + q]!;
  }
}
