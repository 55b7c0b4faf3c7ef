import { z } from 'zod';
import { isWorkerCall, refuseCaller } from '../_shared/caller.ts';
import { DatabaseError, type Database } from '../_shared/database.ts';
import type { Progress, VroomInput } from '../../solver/mod.ts';
import type { Measure } from './osrm.ts';
import { PlannerError, type Planner } from './planner.ts';

const QUEUE = 'optimize_routes';
/** Longer than a planner may take, so that no second worker takes the same run meanwhile. */
const VISIBILITY_SECONDS = 90;
/** A call ends after this long even when there is more, so that no caller gives up on it. */
const PATIENCE_MS = 20_000;
/** How often a page is told how far the planner has come. */
const PROGRESS_MS = 400;
/** How often an idle worker says that it is alive. */
const HEARTBEAT_MS = 15_000;

const claimedSchema = z.array(
  z.object({
    msg_id: z.number().int(),
    read_ct: z.number().int(),
    message: z.object({ tenant_id: z.string(), run_id: z.string() }).loose(),
  }),
);
type Claimed = z.infer<typeof claimedSchema>[number];
const inputSchema = z
  .object({ jobs: z.array(z.unknown()), vehicles: z.array(z.unknown()) })
  .loose()
  .nullable();
const placesSchema = z.array(z.tuple([z.number(), z.number()])).nullable();
const failureSchema = z.object({ result: z.enum(['retry', 'dead_letter']) });

export interface Dependencies {
  database: Database;
  secretKey: string;
  planner: Planner;
  /** A routing engine that measures ways; null where ways are estimated. */
  measure: Measure | null;
  log(entry: Record<string, unknown>): void;
  /** Milliseconds of any clock that only goes forward. */
  now(): number;
}

/**
 * Takes one run after the other off the queue, asks the planner and hands its answer to the database,
 * which decides what it is worth: the queue carries only the ids of the run and its company.
 */
export function makeHandler(dependencies: Dependencies): (request: Request) => Promise<Response> {
  const { database, secretKey, now } = dependencies;
  let lastBeat = -Infinity;
  return async (request) => {
    if (!isWorkerCall(request, secretKey)) return refuseCaller();
    const deadline = now() + PATIENCE_MS;
    const counts = { planned: 0, skipped: 0, failed: 0, retried: 0 };
    let processed = 0;
    for (;;) {
      const [entry] = claimedSchema.parse(
        await database.rpc('claim_messages', {
          queue: QUEUE,
          quantity: 1,
          visibility_seconds: VISIBILITY_SECONDS,
        }),
      );
      if (entry === undefined) break;
      counts[await carry(entry, dependencies)] += 1;
      processed += 1;
      if (now() > deadline) break;
    }
    if (processed > 0 || now() - lastBeat >= HEARTBEAT_MS) {
      lastBeat = now();
      await database.rpc('worker_heartbeat', { worker: 'optimize-routes', details: counts });
    }
    return Response.json({ processed, ...counts });
  };
}

/** Has the ways that nobody measured lately measured. What fails is estimated instead: a plan does not wait for it. */
async function measureWays(
  run: { tenant_id: string; run_id: string },
  measure: Measure,
  { database, log }: Pick<Dependencies, 'database' | 'log'>,
): Promise<void> {
  try {
    const places = placesSchema.parse(await database.rpc('planning_ways_missing', run));
    if (places === null) return;
    for await (const ways of measure(places)) {
      await database.rpc('record_travel_times', { ...run, ...ways });
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    log({ level: 'warn', worker: 'optimize-routes', run_id: run.run_id, ways: message });
  }
}

/** Tells the database of better plans while the planner works, one call after the other and not too often. */
class ProgressReport {
  readonly #run: { tenant_id: string; run_id: string };
  readonly #database: Database;
  readonly #now: () => number;
  readonly #points: [milliseconds: number, cost: number, unassigned: number][] = [];
  #told = -Infinity;
  #telling: Promise<unknown> = Promise.resolve();

  constructor(run: { tenant_id: string; run_id: string }, database: Database, now: () => number) {
    this.#run = run;
    this.#database = database;
    this.#now = now;
  }

  add({ elapsed, cost, unassigned }: Progress): void {
    this.#points.push([Math.round(elapsed), Math.round(cost), unassigned]);
    if (this.#now() - this.#told < PROGRESS_MS) return;
    this.#told = this.#now();
    this.#tell();
  }

  async finish(): Promise<void> {
    if (this.#points.length > 0) this.#tell();
    await this.#telling;
  }

  #tell(): void {
    const progress = [...this.#points];
    // A plan is worth having although nobody saw it grow.
    this.#telling = this.#telling
      .then(() => this.#database.rpc('record_planning_progress', { ...this.#run, progress }))
      .catch(() => undefined);
  }
}

async function carry(
  { msg_id, read_ct, message }: Claimed,
  { database, planner, measure, log, now }: Dependencies,
): Promise<'planned' | 'skipped' | 'failed' | 'retried'> {
  const run = { tenant_id: message.tenant_id, run_id: message.run_id };
  const archive = () => database.rpc('archive_message', { queue: QUEUE, msg_id });
  const began = now();
  try {
    if (measure !== null) await measureWays(run, measure, { database, log });
    const input = inputSchema.parse(await database.rpc('planning_run_input', run));
    if (input === null) {
      await archive();
      return 'skipped';
    }
    const progress = new ProgressReport(run, database, now);
    const output = await planner.plan(input as VroomInput, (found) => progress.add(found));
    await progress.finish();
    await database.rpc('record_planning_result', {
      ...run,
      output,
      engine: planner.name,
      duration_ms: Math.round(now() - began),
    });
    await archive();
    return 'planned';
  } catch (error) {
    const problem = asPlannerError(error);
    log({ level: 'error', worker: 'optimize-routes', run_id: run.run_id, error: problem.message });
    const report = () =>
      database.rpc('record_planning_failure', {
        ...run,
        failure: problem.failure,
        detail: problem.message,
      });
    if (problem.isFinal) {
      await report();
      await archive();
      return 'failed';
    }
    const { result } = failureSchema.parse(
      await database.rpc('fail_message', {
        queue: QUEUE,
        msg_id,
        read_ct,
        message,
        error: problem.message,
      }),
    );
    if (result === 'retry') return 'retried';
    await report();
    return 'failed';
  }
}

/** The database refuses an answer that does not fit; anything else it says may pass. */
function asPlannerError(error: unknown): PlannerError {
  if (error instanceof PlannerError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const isRefused = error instanceof DatabaseError && message === 'planner_answer_invalid';
  return new PlannerError(isRefused ? 'answer_invalid' : 'solver_unreachable', message, isRefused);
}
