/** The whole way from a VROOM request to a verified VROOM answer. */
import { INTERNAL_ERROR, SolverError } from './errors.ts';
import { stopsOf, timesOf } from './itinerary.ts';
import { DEFAULT_ROADS } from './matrix.ts';
import type { Roads } from './matrix.ts';
import { buildModel } from './model.ts';
import type { Model } from './model.ts';
import { routeOf, solutionOf } from './output.ts';
import { parseProblem } from './parse.ts';
import type { Limits, Problem } from './parse.ts';
import { Pauser } from './pause.ts';
import { planRoutes } from './plan-mode.ts';
import { Reasons } from './reasons.ts';
import { Search } from './search.ts';
import { startRoutes } from './start-routes.ts';
import type { Reason, VroomInput, VroomRoute, VroomSolution } from './types.ts';
import { verify } from './verify.ts';

/** Enough for a good plan, and what an edge function is granted. */
export const DEFAULT_SECONDS = 1;
/** vroom-express' limits; above them it answers 413 and code 4. */
export const DEFAULT_LIMITS: Limits = { locations: 1000, vehicles: 200 };
/** Work between two turns of the event loop, milliseconds; a caller sees pauses below 15 ms. */
const SLICE = 6;
/** Share of the budget and milliseconds kept for writing and verifying the answer. */
const RESERVED_SHARE = 0.02;
const RESERVED_MS = 4;
const PROGRESS_EVERY_MS = 100;

export interface Progress {
  /** Milliseconds of work so far. */
  elapsed: number;
  iterations: number;
  /** Cost of the best plan so far, in the units of the answer. */
  cost: number;
  routes: number;
  /** Tasks the best plan leaves out. */
  unassigned: number;
}

export interface SolveOptions {
  /** Seconds of work; the default is the request's `options.l`, else one. */
  time?: number;
  /** Stop after so many iterations instead: with a seed this names one plan, on any machine. */
  iterations?: number;
  seed?: number;
  signal?: AbortSignal;
  /** With an aborted signal, answer with the best plan so far instead of throwing. */
  keepBestOnAbort?: boolean;
  /** Called with the first plan, with better ones (not too often) and with the last one. */
  onProgress?: (progress: Progress) => void;
  limits?: Limits;
  roads?: Roads;
  /** Milliseconds charged to the budget; wall time unless a CPU clock is given. */
  clock?: () => number;
}

export interface Explained {
  solution: VroomSolution;
  /** Per task left out, per vehicle id, what fails when the vehicle serves the task alone. */
  explanations: { type: string; id: number; vehicles: Record<number, Reason[]> }[];
  iterations: number;
  /** Milliseconds of work until the first complete plan. */
  firstPlan: number;
}

export async function solve(input: unknown, options: SolveOptions = {}): Promise<VroomSolution> {
  return (await solveAndExplain(input, options)).solution;
}

export async function solveAndExplain(
  input: unknown,
  options: SolveOptions = {},
): Promise<Explained> {
  const { signal, keepBestOnAbort = false, limits = DEFAULT_LIMITS } = options;
  const { roads = DEFAULT_ROADS } = options;
  const pauser = new Pauser(keepBestOnAbort ? undefined : signal, SLICE, options.clock);
  const problem = await parseProblem(input, limits, pauser);
  checkCoordinates(problem);
  const model = await buildModel(problem, roads, pauser);
  const loading = Math.round(pauser.spent());
  const answer = problem.planMode
    ? await planAnswer(model, loading, pauser)
    : await searchAnswer(model, loading, pauser, options);
  await pauser.turn();
  const faults = verify(input as VroomInput, answer.solution, roads);
  if (faults.length > 0) {
    throw new SolverError(INTERNAL_ERROR, `The plan breaks its own rules: ${faults[0]}.`);
  }
  return answer;
}

/** Only great circles need degrees: with matrices, coordinates may be any plane's. */
function checkCoordinates(problem: Problem): void {
  const drawn = problem.vehicles.some((v) => !problem.matrices.get(v.profile)?.durations);
  if (!drawn) return;
  const places = [
    ...problem.vehicles.flatMap((v) => [v.start, v.end]),
    ...problem.tasks.map((task) => task.place),
  ];
  for (const place of places) {
    if (!place) continue;
    const [lon, lat] = place.coordinates!;
    if (Math.abs(lon) > 180 || Math.abs(lat) > 90) {
      throw new SolverError(2, `Invalid location array: [${lon}, ${lat}] is not [lon, lat].`);
    }
  }
}

async function planAnswer(model: Model, loading: number, pauser: Pauser): Promise<Explained> {
  const { routes, left } = await planRoutes(model, pauser);
  const unassigned = left.map((task) => ({ task, reason: undefined }));
  const times = { loading, solving: Math.round(pauser.spent()) - loading };
  const solution = solutionOf(model, routes, unassigned, times);
  return { solution, explanations: [], iterations: 0, firstPlan: 0 };
}

async function searchAnswer(
  model: Model,
  loading: number,
  pauser: Pauser,
  options: SolveOptions,
): Promise<Explained> {
  if (pauser.due()) await pauser.turn();
  const search = new Search(model, options.seed ?? 1);
  if (pauser.due()) await pauser.turn();
  const start = startRoutes(model);
  if (start) search.startFrom(start);
  while (!search.construct()) if (pauser.due()) await pauser.turn();
  const firstPlan = pauser.spent();
  report(search, pauser, options);
  await improve(search, pauser, options);
  while (!search.complete()) if (pauser.due()) await pauser.turn();
  report(search, pauser, options);

  const { tours } = search;
  const routes: VroomRoute[] = [];
  const sequence = new Int32Array(model.tasks);
  for (let v = 0; v < model.vehicles; v++) {
    const length = tours.sequence(v, sequence);
    if (length === 0) continue;
    const stops = stopsOf(model, v, sequence.slice(0, length), tours.scratch);
    routes.push(routeOf(model, v, stops, timesOf(stops)));
    if (pauser.due()) await pauser.turn();
  }
  const reasons = new Reasons(model);
  const { tasks, vehicles } = model.problem;
  const unassigned: { task: number; reason: Reason }[] = [];
  const explanations: Explained['explanations'] = [];
  for (const item of [...tours.absent.subarray(0, tours.absentCount)].sort((a, b) => a - b)) {
    const { reason, vehicles: failures } = reasons.explain(item);
    for (const task of model.mate[item]! < 0 ? [item] : [item, model.mate[item]!]) {
      unassigned.push({ task, reason });
      explanations.push({
        type: tasks[task]!.kind,
        id: tasks[task]!.id,
        vehicles: Object.fromEntries(vehicles.map((vehicle, v) => [vehicle.id, failures[v]!])),
      });
    }
    if (pauser.due()) await pauser.turn();
  }
  const solving = Math.round(pauser.spent()) - loading;
  const solution = solutionOf(model, routes, unassigned, { loading, solving });
  return { solution, explanations, iterations: search.iterations, firstPlan };
}

async function improve(search: Search, pauser: Pauser, options: SolveOptions): Promise<void> {
  const { iterations = Infinity, time } = options;
  const { budget } = search.model.problem;
  const bounded = iterations < Infinity;
  const seconds = time ?? (bounded ? Infinity : (budget ?? DEFAULT_SECONDS));
  const milliseconds = seconds * 1000 * (1 - RESERVED_SHARE) - RESERVED_MS;
  let reported = pauser.spent();
  let reportedCost = search.bestCost;
  let reportedMissing = search.bestMissing;
  while (search.iterations < iterations) {
    const spent = pauser.spent();
    if (spent >= milliseconds || (options.keepBestOnAbort && options.signal?.aborted)) return;
    const better = search.bestMissing < reportedMissing || search.bestCost < reportedCost;
    if (better && spent - reported >= PROGRESS_EVERY_MS) {
      report(search, pauser, options);
      reported = spent;
      reportedCost = search.bestCost;
      reportedMissing = search.bestMissing;
    }
    const progress = bounded ? search.iterations / iterations : spent / milliseconds;
    search.run(progress, iterations, iterations);
    if (pauser.due()) await pauser.turn();
  }
}

function report(search: Search, pauser: Pauser, options: SolveOptions): void {
  options.onProgress?.({
    elapsed: pauser.spent(),
    iterations: search.iterations,
    cost: search.bestCost / search.model.costScale,
    routes: search.bestRoutes,
    unassigned: search.bestUnassigned,
  });
}
