/** Writes VROOM's answer: whole seconds and metres, sums per route and for the plan. */
import type { Stop, Timing } from './itinerary.ts';
import type { Model } from './model.ts';
import type { Place, Task } from './parse.ts';
import { encodePolyline } from './polyline.ts';
import type {
  LonLat,
  Reason,
  Violation,
  VroomRoute,
  VroomSolution,
  VroomStep,
  VroomSummary,
  VroomUnassigned,
} from './types.ts';

export interface ComputingTimes {
  loading: number;
  solving: number;
}

export function routeOf(
  model: Model,
  vehicle: number,
  stops: Stop[],
  timings: Timing[],
): VroomRoute {
  const { problem, timeScale, amounts } = model;
  const spec = problem.vehicles[vehicle]!;
  const seconds = (time: number): number => Math.floor(time / timeScale);
  const tasks = stops.filter((s) => s.kind === 'task').map((s) => problem.tasks[s.rank]!);
  const load = new Array<number>(amounts).fill(0);
  const delivery = new Array<number>(amounts).fill(0);
  const pickup = new Array<number>(amounts).fill(0);
  for (const task of tasks) {
    for (let q = 0; q < amounts; q++) {
      if (task.kind === 'job') load[q]! += task.delivery[q]!;
      delivery[q]! += task.delivery[q]!;
      pickup[q]! += task.pickup[q]!;
    }
  }
  const steps: VroomStep[] = [];
  let previousEnd = seconds(timings[0]!.arrival);
  let travelled = 0;
  let driven = 0;
  let drivenToBreak = 0;
  let ownCosts = 0;
  const costs = model.travel.get(spec.profile)!.costs;
  let from: number | undefined;
  stops.forEach((stop, i) => {
    const { arrival, begin } = timings[i]!;
    const userArrival = seconds(arrival);
    const waiting = stop.kind === 'end' || stop.kind === 'start' ? 0 : seconds(begin) - userArrival;
    const leg = userArrival - previousEnd;
    travelled += leg;
    let distance: number;
    if (stop.kind === 'break') {
      const whole = legOf(stops, i);
      const wholeSeconds = seconds(whole.way);
      if (wholeSeconds > 0) {
        const reached = drivenToBreak + Math.round((leg * whole.metres) / wholeSeconds);
        // Whole seconds of a clock may be one more than those of the way.
        drivenToBreak = Math.min(reached, driven + whole.metres);
      }
      distance = drivenToBreak;
    } else {
      driven += stop.metres;
      drivenToBreak = driven;
      distance = driven;
      const to = placeOf(model, vehicle, stop);
      if (costs && to !== undefined && from !== undefined) {
        ownCosts += costs[from * model.grid.side + to]!;
      }
      from = to ?? from;
    }
    const task = stop.kind === 'task' ? problem.tasks[stop.rank]! : undefined;
    if (task) {
      for (let q = 0; q < amounts; q++) load[q]! += task.pickup[q]! - task.delivery[q]!;
    }
    const setup = seconds(stop.setup);
    const service = seconds(stop.service);
    const about = task ?? (stop.kind === 'break' ? spec.breaks[stop.rank]! : undefined);
    const place =
      task?.place ?? (stop.kind === 'break' ? undefined : shiftPlace(spec, stop, tasks));
    steps.push({
      type: task?.kind ?? (stop.kind as 'start' | 'end' | 'break'),
      ...(about?.description !== undefined && { description: about.description }),
      ...locationOf(model, place),
      ...(about && { id: about.id }),
      setup,
      service,
      waiting_time: waiting,
      ...(task && { job: task.id }),
      ...(amounts > 0 && { load: [...load] }),
      arrival: userArrival,
      duration: travelled,
      violations: [],
      ...(problem.reportDistances && { distance }),
    });
    previousEnd = userArrival + waiting + setup + service;
  });
  const sum = (pick: (step: VroomStep) => number): number =>
    steps.reduce((total, step) => total + pick(step), 0);
  const travelCost = costs
    ? ownCosts
    : Math.round((travelled * spec.perHour) / 3600 + (driven * spec.perKm) / 1000);
  return {
    vehicle: spec.id,
    cost: spec.fixed + travelCost,
    ...(spec.description !== undefined && { description: spec.description }),
    ...(amounts > 0 && { delivery, amount: [...delivery], pickup }),
    setup: sum((step) => step.setup),
    service: sum((step) => step.service),
    duration: travelled,
    waiting_time: sum((step) => step.waiting_time),
    priority: tasks.reduce((total, task) => total + task.priority, 0),
    ...(problem.reportDistances && { distance: driven }),
    steps,
    violations: [],
    ...(problem.geometry && {
      geometry: encodePolyline(steps.flatMap((s) => (s.location ? [s.location] : []))),
    }),
  };
}

function legOf(stops: Stop[], i: number): Stop {
  let at = i;
  while (stops[at]!.kind === 'break') at++;
  return stops[at]!;
}

function placeOf(model: Model, vehicle: number, stop: Stop): number | undefined {
  const spec = model.problem.vehicles[vehicle]!;
  const place =
    stop.kind === 'task'
      ? model.problem.tasks[stop.rank]!.place
      : stop.kind === 'start'
        ? spec.start
        : spec.end;
  return place && model.grid.compact.get(place.index)!;
}

/** A vehicle without a start begins at its first task, one without an end stops at its last. */
function shiftPlace(
  spec: { start: Place | undefined; end: Place | undefined },
  stop: Stop,
  tasks: Task[],
): Place | undefined {
  return stop.kind === 'start'
    ? (spec.start ?? tasks[0]?.place ?? spec.end)
    : (spec.end ?? tasks.at(-1)?.place ?? spec.start);
}

function locationOf(
  model: Model,
  place: Place | undefined,
): { location?: LonLat; location_index?: number } {
  if (place === undefined) return {};
  return {
    ...(place.coordinates && { location: place.coordinates }),
    ...(model.problem.userIndex && { location_index: place.index }),
  };
}

export function solutionOf(
  model: Model,
  routes: VroomRoute[],
  unassigned: { task: number; reason: Reason | undefined }[],
  times: ComputingTimes,
): VroomSolution {
  const { problem } = model;
  const left = unassigned.map(({ task: rank, reason }): VroomUnassigned => {
    const task = problem.tasks[rank]!;
    return {
      id: task.id,
      type: task.kind,
      ...(task.description !== undefined && { description: task.description }),
      ...locationOf(model, task.place),
      ...(reason && { reason }),
    };
  });
  return {
    code: 0,
    summary: summaryOf(model, routes, left.length, times),
    unassigned: left,
    routes,
  };
}

function summaryOf(
  model: Model,
  routes: VroomRoute[],
  unassigned: number,
  times: ComputingTimes,
): VroomSummary {
  const { problem, amounts } = model;
  const sum = (pick: (route: VroomRoute) => number): number =>
    routes.reduce((total, route) => total + pick(route), 0);
  const sums = (pick: (route: VroomRoute) => number[]): number[] =>
    Array.from({ length: amounts }, (_, q) => sum((route) => pick(route)[q]!));
  const delivery = sums((route) => route.delivery!);
  return {
    cost: sum((route) => route.cost),
    routes: routes.length,
    unassigned,
    ...(amounts > 0 && {
      delivery,
      amount: [...delivery],
      pickup: sums((route) => route.pickup!),
    }),
    setup: sum((route) => route.setup),
    service: sum((route) => route.service),
    duration: sum((route) => route.duration),
    waiting_time: sum((route) => route.waiting_time),
    priority: sum((route) => route.priority),
    ...(problem.reportDistances && { distance: sum((route) => route.distance!) }),
    violations: mergeViolations(routes.flatMap((route) => route.violations)),
    computing_times: {
      ...times,
      ...(problem.geometry && { routing: 0 }),
    },
  };
}

/** One entry per cause, durations added up. */
export function mergeViolations(violations: Violation[]): Violation[] {
  const merged = new Map<Violation['cause'], Violation>();
  for (const { cause, duration } of violations) {
    const known = merged.get(cause);
    if (known === undefined) {
      merged.set(cause, duration === undefined ? { cause } : { cause, duration });
    } else if (duration !== undefined) {
      known.duration = known.duration! + duration;
    }
  }
  return [...merged.values()];
}
