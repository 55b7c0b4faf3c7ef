import { z } from 'zod';
import { isWorkerCall, refuseCaller } from '../_shared/caller.ts';
import type { Database } from '../_shared/database.ts';

/** The queues that carry what happened; each has its effects in the database. */
export const DOMAIN_QUEUES = [
  'entity_changes',
  'order_events',
  'customer_events',
  'trip_events',
  'inventory_events',
  'workflow_transitions',
  'notifications',
] as const;

const BATCH = 50;

const batchSchema = z.object({
  done: z.number().int(),
  duplicates: z.number().int(),
  retried: z.number().int(),
  dead: z.number().int(),
});

export interface Dependencies {
  database: Database;
  secretKey: string;
  log(entry: Record<string, unknown>): void;
}

/**
 * Drains every domain queue by one batch. The database does the work of a message, its inbox row and
 * its archiving in one transaction, and puts a failing one back with delay or into the dead letters;
 * this only asks for it, so that a crash anywhere loses and repeats nothing.
 */
export async function handle(request: Request, dependencies: Dependencies): Promise<Response> {
  const { database, secretKey, log } = dependencies;
  if (!isWorkerCall(request, secretKey)) return refuseCaller();

  const queues: Record<string, z.infer<typeof batchSchema>> = {};
  const failed: string[] = [];
  for (const queue of DOMAIN_QUEUES) {
    try {
      const batch = batchSchema.parse(
        await database.rpc('process_queue', { queue, quantity: BATCH }),
      );
      if (batch.done + batch.duplicates + batch.retried + batch.dead > 0) queues[queue] = batch;
      if (batch.dead > 0)
        log({ level: 'error', worker: 'process-events', queue, dead: batch.dead });
    } catch (error) {
      // One queue that cannot be drained must not hold up the others.
      failed.push(queue);
      log({ level: 'error', worker: 'process-events', queue, error: String(error) });
    }
  }
  const processed = Object.values(queues).reduce((sum, it) => sum + it.done + it.duplicates, 0);
  await database.rpc('worker_heartbeat', {
    worker: 'process-events',
    details: { processed, failed },
  });
  return Response.json({ processed, queues, failed });
}
