/**
 * Times for a finished route. As VROOM does: be back as early as possible, then leave as late as
 * that allows, then do everything as soon as it can be done.
 */
import { addTask, loadAtStart, startOfBreak } from './feasibility.ts';
import type { Scratch } from './feasibility.ts';
import { endNode, startNode } from './model.ts';
import type { Model } from './model.ts';
import { startOfService } from './windows.ts';

/** A stop of a route in scaled time; breaks happen on the way to the stop behind them. */
export interface Stop {
  kind: 'start' | 'task' | 'break' | 'end';
  /** Rank of the task or, within the vehicle, of the break; -1 for start and end. */
  rank: number;
  opens: ArrayLike<number>;
  closes: ArrayLike<number>;
  setup: number;
  service: number;
  /** Travel since the last stop that is not a break. */
  way: number;
  metres: number;
}

export interface Timing {
  arrival: number;
  begin: number;
}

/** Stops of a feasible route, with its breaks where they let it end earliest. */
export function stopsOf(
  model: Model,
  vehicle: number,
  sequence: ArrayLike<number>,
  scratch: Scratch,
): Stop[] {
  const breaksBefore = placeBreaks(model, vehicle, sequence, scratch);
  const stops: Stop[] = [shiftStop(model, vehicle, 'start', 0, 0)];
  let taken = 0;
  let from = startNode(model, vehicle);
  for (let i = 0; i <= sequence.length; i++) {
    for (let k = 0; k < breaksBefore[i]!; k++) stops.push(breakStop(model, vehicle, taken++));
    const to = i < sequence.length ? sequence[i]! : endNode(model, vehicle);
    stops.push(stopAt(model, vehicle, from, to));
    from = to;
  }
  return stops;
}

export function shiftStop(
  model: Model,
  vehicle: number,
  kind: 'start' | 'end',
  way: number,
  metres: number,
): Stop {
  const opens = [model.shiftStart[vehicle]!];
  const closes = [model.shiftEnd[vehicle]!];
  return { kind, rank: -1, opens, closes, setup: 0, service: 0, way, metres };
}

export function breakStop(model: Model, vehicle: number, rank: number): Stop {
  const { opens, closes, service } = model.breaks[vehicle]![rank]!;
  return { kind: 'break', rank, opens, closes, setup: 0, service, way: 0, metres: 0 };
}

/** The task or end node `to`, reached from the task or start node `from`. */
export function stopAt(model: Model, vehicle: number, from: number, to: number): Stop {
  const { place, side, windowOffset, tasks } = model;
  const arc = place[from]! * side + place[to]!;
  const way = model.duration[vehicle]![arc]!;
  const metres = model.distance[vehicle]![arc]!;
  if (to >= tasks) return shiftStop(model, vehicle, 'end', way, metres);
  const range = [windowOffset[to]!, windowOffset[to + 1]!] as const;
  return {
    kind: 'task',
    rank: to,
    opens: model.opens.subarray(...range),
    closes: model.closes.subarray(...range),
    setup: place[from] === place[to] ? 0 : model.setup[to]!,
    service: model.service[to]!,
    way,
    metres,
  };
}

/** How many breaks to take before each stop, for the earliest end. */
function placeBreaks(
  model: Model,
  vehicle: number,
  sequence: ArrayLike<number>,
  scratch: Scratch,
): number[] {
  const breaks = model.breaks[vehicle]!;
  const length = sequence.length;
  const before = new Array<number>(length + 1).fill(0);
  if (breaks.length === 0) return before;
  const { place, side } = model;
  const { load } = scratch;
  const layers = breaks.length + 1;
  const cameFrom: Int32Array[] = [];
  let ready = new Float64Array(layers).fill(Infinity);
  ready[0] = model.shiftStart[vehicle]!;
  loadAtStart(model, Int32Array.from(sequence), length, load);
  let from = startNode(model, vehicle);
  for (let i = 0; i <= length; i++) {
    const to = i < length ? sequence[i]! : endNode(model, vehicle);
    const way = model.duration[vehicle]![place[from]! * side + place[to]!]!;
    const next = new Float64Array(layers).fill(Infinity);
    const choice = new Int32Array(layers);
    for (let k = 0; k < layers; k++) {
      let time = ready[k]!;
      let rest = way;
      for (let taken = k; time < Infinity; taken++) {
        const leave = i < length ? leaving(model, from, to, time + rest) : time + rest;
        if (leave < next[taken]!) {
          next[taken] = leave;
          choice[taken] = k;
        }
        if (taken === breaks.length) break;
        const begin = startOfBreak(breaks[taken]!, time, load);
        rest = Math.max(0, rest - (begin - time));
        time = begin + breaks[taken]!.service;
      }
    }
    cameFrom.push(choice);
    ready = next;
    if (i < length) addTask(model, to, load);
    from = to;
  }
  let taken = breaks.length;
  for (let i = length; i >= 0; i--) {
    const earlier = cameFrom[i]![taken]!;
    before[i] = taken - earlier;
    taken = earlier;
  }
  return before;
}

function leaving(model: Model, from: number, task: number, arrival: number): number {
  const setup = model.place[from] === model.place[task] ? 0 : model.setup[task]!;
  return startOfService(model, task, arrival) + model.service[task]! + setup;
}

/** Arrival and begin of every stop of a route that keeps its windows. */
export function timesOf(stops: Stop[]): Timing[] {
  const earliestEnd = asSoonAsPossible(stops, stops[0]!.opens[0]!).at(-1)!.arrival;
  return asSoonAsPossible(stops, latestDeparture(stops, earliestEnd));
}

function latestDeparture(stops: Stop[], end: number): number {
  let time = end;
  let rest = stops.at(-1)!.way;
  for (let i = stops.length - 2; i > 0; i--) {
    const stop = stops[i]!;
    if (stop.kind === 'break') {
      time -= stop.service;
      const begin = latestIn(stop, time);
      // Waiting behind a break is time to drive in.
      rest = Math.max(0, rest - (time - begin));
      time = begin;
    } else {
      time = latestIn(stop, time - rest - stop.setup - stop.service);
      rest = stop.way;
    }
  }
  return time - rest;
}

function latestIn(stop: Stop, time: number): number {
  for (let w = stop.opens.length - 1; w >= 0; w--) {
    if (stop.opens[w]! <= time) return Math.min(time, stop.closes[w]!);
  }
  return -Infinity;
}

function asSoonAsPossible(stops: Stop[], departure: number): Timing[] {
  const timings: Timing[] = [{ arrival: departure, begin: departure }];
  let time = departure;
  let rest = 0;
  for (let i = 1; i < stops.length; i++) {
    const stop = stops[i]!;
    if (stops[i - 1]!.kind !== 'break') rest = wayAhead(stops, i);
    if (stop.kind === 'break') {
      const begin = earliestIn(stop, time);
      const arrival = Math.min(begin, time + rest);
      // No window ahead: the vehicle breaks where it is, without driving on.
      const driven = begin > time ? arrival - time : 0;
      timings.push({ arrival: time + driven, begin });
      rest -= driven;
      time = begin + stop.service;
    } else {
      const arrival = time + rest;
      const begin = stop.kind === 'end' ? arrival : earliestIn(stop, arrival);
      timings.push({ arrival, begin });
      time = begin + stop.setup + stop.service;
    }
  }
  return timings;
}

/** Travel of the leg on which stop `i` lies. */
function wayAhead(stops: Stop[], i: number): number {
  let at = i;
  while (stops[at]!.kind === 'break') at++;
  return stops[at]!.way;
}

function earliestIn(stop: Stop, time: number): number {
  for (let w = 0; w < stop.opens.length; w++) {
    if (time <= stop.closes[w]!) return Math.max(time, stop.opens[w]!);
  }
  return time;
}
