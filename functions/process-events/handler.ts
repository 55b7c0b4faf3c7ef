import { z } from 'zod';
import { isWorkerCall, refuseCaller } from '../_shared/caller.ts';
import type { Database } from '../_shared/database.ts';

const WORKER = 'process-events';
const queuesSchema = z.array(z.string());

export const BATCH = 100;
/** A call ends after this long even when there is more, so that no caller gives up on it. */
const PATIENCE_MS = 20_000;
/** So long imports are worked on before the queues have their turn again. */
const IMPORTS_MS = 3_000;
/** How often an idle worker says that it is alive. */
const HEARTBEAT_MS = 15_000;

const batchSchema = z.object({
  done: z.number().int(),
  duplicates: z.number().int(),
  retried: z.number().int(),
  dead: z.number().int(),
});
const batchesSchema = z.number().int();
type Batch = z.infer<typeof batchSchema>;

export interface Dependencies {
  database: Database;
  secretKey: string;
  log(entry: Record<string, unknown>): void;
  /** Milliseconds of any clock that only goes forward. */
  now(): number;
}

/**
 * Drains every queue that the database names, batch by batch for as long as batches are full. The database does the
 * work of a message, its inbox row and its archiving in one transaction, and puts a failing one back
 * with delay or into the dead letters; this only asks for it, so that a crash anywhere loses and
 * repeats nothing. Imports of files are worked on in the same way.
 */
export function makeHandler(dependencies: Dependencies): (request: Request) => Promise<Response> {
  const { database, secretKey, log, now } = dependencies;
  const problems = new Map<string, string>();
  let lastBeat = -Infinity;

  /** A queue that stays broken is reported once, not every second. */
  const report = (queue: string, problem: string | null) => {
    if (problem !== null && problems.get(queue) !== problem) {
      log({ level: 'error', worker: WORKER, queue, error: problem });
    }
    if (problem === null) problems.delete(queue);
    else problems.set(queue, problem);
  };

  async function drain(queue: string, deadline: number): Promise<Batch> {
    const sum = { done: 0, duplicates: 0, retried: 0, dead: 0 };
    for (;;) {
      const batch = batchSchema.parse(
        await database.rpc('process_queue', { queue, quantity: BATCH }),
      );
      for (const key of Object.keys(sum) as (keyof Batch)[]) sum[key] += batch[key];
      if (total(batch) < BATCH || now() > deadline) return sum;
    }
  }

  /** Imports go on batch by batch, each in a transaction of its own. */
  async function workOnImports(): Promise<number> {
    const until = now() + IMPORTS_MS;
    for (let batches = 0; ; batches += 1) {
      if (now() > until || batchesSchema.parse(await database.rpc('work_import', {})) === 0) {
        return batches;
      }
    }
  }

  return async (request) => {
    if (!isWorkerCall(request, secretKey)) return refuseCaller();
    const deadline = now() + PATIENCE_MS;
    const queues: Record<string, Batch> = {};
    const failed: string[] = [];
    const named = queuesSchema.parse(await database.rpc('worker_queues', { worker: WORKER }));
    for (const queue of named) {
      try {
        const sum = await drain(queue, deadline);
        if (total(sum) > 0) queues[queue] = sum;
        if (sum.dead > 0) log({ level: 'error', worker: WORKER, queue, dead: sum.dead });
        report(queue, null);
      } catch (error) {
        // One queue that cannot be drained must not hold up the others.
        failed.push(queue);
        report(queue, String(error));
      }
    }
    let imported = 0;
    try {
      imported = await workOnImports();
      report('imports', null);
    } catch (error) {
      failed.push('imports');
      report('imports', String(error));
    }
    const sums = Object.values(queues);
    const processed = sums.reduce((sum, it) => sum + it.done + it.duplicates, imported);
    if (processed > 0 || failed.length > 0 || now() - lastBeat >= HEARTBEAT_MS) {
      lastBeat = now();
      const details = { processed, failed };
      await database.rpc('worker_heartbeat', { worker: WORKER, details });
    }
    return Response.json({ processed, queues, failed });
  };
}

function total({ done, duplicates, retried, dead }: Batch): number {
  return done + duplicates + retried + dead;
}
