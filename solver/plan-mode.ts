/**
 * Plan mode: the routes are given, the question is when. Times are chosen as VROOM chooses them:
 * first the smallest sum of lead time and delay, then the shortest way from leaving to being
 * back. With travel times as gaps between stops this is a monotone fit to windows, solved exactly
 * by dynamic programming over the dates at which some window opens or closes.
 */
import { inputError } from './errors.ts';
import type { Stop, Timing } from './itinerary.ts';
import { breakStop, shiftStop, stopAt } from './itinerary.ts';
import { endNode, startNode } from './model.ts';
import type { Model } from './model.ts';
import { mergeViolations, routeOf } from './output.ts';
import type { RouteStep } from './parse.ts';
import type { Pauser } from './pause.ts';
import type { Violation, ViolationCause, VroomRoute, VroomStep } from './types.ts';

interface Planned {
  stop: Stop;
  /** Shortest time between the beginning of the stop before and of this one. */
  gap: number;
  earliest: number;
  latest: number;
}

export async function planRoutes(
  model: Model,
  pauser: Pauser,
): Promise<{ routes: VroomRoute[]; left: number[] }> {
  const { vehicles, tasks } = model.problem;
  const named = new Set<number>();
  const routes: VroomRoute[] = [];
  for (const [v, { steps }] of vehicles.entries()) {
    if (steps.length === 0) continue;
    for (const step of steps) if (step.kind === 'task') named.add(step.rank);
    routes.push(planRoute(model, v, steps));
    if (pauser.due()) await pauser.turn();
  }
  return { routes, left: [...tasks.keys()].filter((task) => !named.has(task)) };
}

function planRoute(model: Model, vehicle: number, steps: RouteStep[]): VroomRoute {
  const planned = gapsOf(model, vehicle, steps);
  const begins = bestBegins(planned);
  if (begins === undefined) {
    throw inputError(`Infeasible route for vehicle ${model.problem.vehicles[vehicle]!.id}.`);
  }
  const timings = pull(planned, begins);
  const stops = planned.map((p) => p.stop);
  const route = routeOf(model, vehicle, stops, timings);
  markViolations(model, vehicle, stops, route);
  return route;
}

/** Stops of the given steps; breaks use up the travel around them as early as they can. */
function gapsOf(model: Model, vehicle: number, steps: RouteStep[]): Planned[] {
  const { timeScale } = model;
  const planned: Planned[] = [];
  const add = (stop: Stop, gap: number, step: RouteStep | undefined): Planned => {
    const { at, after, before } = step ?? { at: undefined, after: undefined, before: undefined };
    const earliest = Math.max(at ?? 0, after ?? 0) * timeScale;
    const latest = Math.min(at ?? Infinity, before ?? Infinity) * timeScale;
    const entry = { stop, gap, earliest, latest };
    planned.push(entry);
    return entry;
  };
  const first = steps[0]!.kind === 'start' ? steps[0] : undefined;
  const last = steps.at(-1)!.kind === 'end' ? steps.at(-1) : undefined;
  add(shiftStop(model, vehicle, 'start', 0, 0), 0, first);
  let from = startNode(model, vehicle);
  let begin = Math.max(model.shiftStart[vehicle]!, planned[0]!.earliest);
  let action = 0;
  let rest: number | undefined;
  const visit = (stop: Stop, step: RouteStep | undefined): void => {
    const travel = rest ?? stop.way;
    const entry = add(stop, action + travel, step);
    begin = openFrom(stop, Math.max(begin + action + travel, entry.earliest));
    action = stop.setup + stop.service;
    rest = undefined;
  };
  steps.forEach((step, i) => {
    if (step.kind === 'task') {
      visit(stopAt(model, vehicle, from, step.rank), step);
      from = step.rank;
    } else if (step.kind === 'break') {
      rest ??= stopAt(model, vehicle, from, nodeBehind(model, vehicle, steps, i)).way;
      const stop = breakStop(model, vehicle, step.rank);
      const ready = begin + action;
      const earliest = Math.max(step.at ?? 0, step.after ?? 0) * timeScale;
      const start = openFrom(stop, Math.max(ready, earliest));
      const driven = Math.min(rest, start - ready);
      add(stop, action + driven, step);
      rest -= driven;
      begin = start;
      action = stop.service;
    }
  });
  visit(stopAt(model, vehicle, from, endNode(model, vehicle)), last);
  return planned;
}

function nodeBehind(model: Model, vehicle: number, steps: RouteStep[], i: number): number {
  const step = steps.slice(i).find((s) => s.kind === 'task');
  return step?.rank ?? endNode(model, vehicle);
}

/** Begin in the first window that is not over, or at once if all are. */
function openFrom(stop: Stop, time: number): number {
  if (stop.kind === 'end') return time;
  for (let w = 0; w < stop.opens.length; w++) {
    if (time <= stop.closes[w]!) return Math.max(time, stop.opens[w]!);
  }
  return time;
}

/** How far a begin lies outside the windows; negative before the nearest one, positive behind. */
export function offWindow(stop: Stop, time: number): number {
  if (stop.kind === 'start') return Math.min(0, time - stop.opens[0]!);
  if (stop.kind === 'end') return Math.max(0, time - stop.closes[0]!);
  let nearest = Infinity;
  for (let w = 0; w < stop.opens.length; w++) {
    const off = time < stop.opens[w]! ? time - stop.opens[w]! : Math.max(0, time - stop.closes[w]!);
    if (Math.abs(off) < Math.abs(nearest)) nearest = off;
  }
  return nearest;
}

/**
 * Subtracting the gaps turns "no earlier than the stop before plus the gap" into "no earlier than
 * the stop before". An optimum then exists with every value at some stop's window bound.
 */
function bestBegins(planned: Planned[]): number[] | undefined {
  let offset = 0;
  const offsets = planned.map(({ gap }) => (offset += gap));
  const grid = new Set<number>([0]);
  planned.forEach(({ stop, earliest, latest }, i) => {
    for (const bound of [...Array.from(stop.opens), ...Array.from(stop.closes), earliest, latest]) {
      const value = bound - offsets[i]!;
      if (value > 0 && value < Infinity) grid.add(value);
    }
  });
  const values = Float64Array.from(grid).sort();
  const size = values.length;
  let violation = new Float64Array(size);
  let span = new Float64Array(size);
  const choices: Int32Array[] = [];
  planned.forEach(({ stop, earliest, latest }, i) => {
    const nextViolation = new Float64Array(size);
    const nextSpan = new Float64Array(size);
    const choice = new Int32Array(size);
    let chosen = 0;
    for (let k = 0; k < size; k++) {
      if (isBetter(violation[k]!, span[k]!, violation[chosen]!, span[chosen]!)) chosen = k;
      const time = values[k]! + offsets[i]!;
      const allowed = time >= earliest && time <= latest;
      choice[k] = chosen;
      nextViolation[k] = allowed ? violation[chosen]! + Math.abs(offWindow(stop, time)) : Infinity;
      const edge = stop.kind === 'start' ? -time : stop.kind === 'end' ? time : 0;
      nextSpan[k] = span[chosen]! + edge;
    }
    choices.push(choice);
    violation = nextViolation;
    span = nextSpan;
  });
  let best = 0;
  for (let k = 1; k < size; k++) {
    if (isBetter(violation[k]!, span[k]!, violation[best]!, span[best]!)) best = k;
  }
  if (violation[best] === Infinity) return undefined;
  const begins = new Array<number>(planned.length);
  for (let i = planned.length - 1; i >= 0; i--) {
    begins[i] = values[best]! + offsets[i]!;
    best = choices[i]![best]!;
  }
  return begins;
}

function isBetter(violation: number, span: number, than: number, thanSpan: number): boolean {
  return violation < than || (violation === than && span < thanSpan);
}

/** Same start and no more violation than `begins`, but every stop as soon as that allows. */
function pull(planned: Planned[], begins: number[]): Timing[] {
  const timings: Timing[] = [];
  let begin = begins[0]!;
  planned.forEach(({ stop, gap, earliest }, i) => {
    if (i === 0) {
      timings.push({ arrival: begin, begin });
      return;
    }
    const arrival = begin + gap;
    begin =
      stop.kind === 'end' ? begins[i]! : soonest(stop, Math.max(arrival, earliest), begins[i]!);
    timings.push(stop.kind === 'end' ? { arrival, begin: arrival } : { arrival, begin });
  });
  return timings;
}

function soonest(stop: Stop, from: number, chosen: number): number {
  if (chosen <= from) return from;
  const off = Math.abs(offWindow(stop, chosen));
  if (Math.abs(offWindow(stop, from)) <= off) return from;
  for (let w = 0; w < stop.opens.length; w++) {
    const open = stop.opens[w]!;
    if (open >= from && open <= chosen) return open;
  }
  return chosen;
}

function markViolations(model: Model, vehicle: number, stops: Stop[], route: VroomRoute): void {
  const { problem, amounts, timeScale } = model;
  const spec = problem.vehicles[vehicle]!;
  const row = model.type[vehicle]! * model.tasks;
  const open = new Map<number, VroomStep>();
  const deliveredFirst = new Set<number>();
  const missing = new Set(spec.breaks.keys());
  let taskCount = 0;
  stops.forEach((stop, i) => {
    const step = route.steps[i]!;
    const off = offWindow(stop, (step.arrival + step.waiting_time) * timeScale) / timeScale;
    if (off < 0) flag(step, 'lead_time', -off);
    if (off > 0) flag(step, 'delay', off);
    if (amounts > 0 && step.load!.some((load, q) => load > spec.capacity[q]!)) flag(step, 'load');
    if (step.duration > spec.maxTravelTime) flag(step, 'max_travel_time');
    if ((step.distance ?? 0) > spec.maxDistance) flag(step, 'max_distance');
    if (stop.kind === 'break') {
      missing.delete(stop.rank);
      const { maxLoad } = spec.breaks[stop.rank]!;
      if (maxLoad?.some((most, q) => step.load![q]! > most)) flag(step, 'max_load');
    }
    if (stop.kind !== 'task') return;
    if (model.skilled[row + stop.rank] === 0) flag(step, 'skills');
    if (++taskCount > spec.maxTasks) flag(step, 'max_tasks');
    const mate = model.mate[stop.rank]!;
    if (step.type === 'pickup') {
      if (deliveredFirst.has(mate)) flag(step, 'precedence');
      else open.set(stop.rank, step);
    } else if (step.type === 'delivery' && !open.delete(mate)) {
      flag(step, 'precedence');
      deliveredFirst.add(stop.rank);
    }
  });
  for (const step of open.values()) flag(step, 'precedence');
  route.violations = mergeViolations(route.steps.flatMap((step) => step.violations));
  if (missing.size > 0) route.violations.push({ cause: 'missing_break' });
}

function flag(step: VroomStep, cause: ViolationCause, duration?: number): void {
  const violation: Violation = duration === undefined ? { cause } : { cause, duration };
  step.violations.push(violation);
}
