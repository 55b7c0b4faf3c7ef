import { z } from 'zod';
import { isWorkerCall, refuseCaller } from './caller.ts';
import type { Database } from './database.ts';

/** A call ends after this long even when there is more, so that no caller gives up on it. */
const PATIENCE_MS = 20_000;
/** How often an idle worker says that it is alive. */
const HEARTBEAT_MS = 15_000;

/** A message as the queue hands it out: the ids of a row and of its company. */
export interface Claimed<Ids> {
  msg_id: number;
  read_ct: number;
  message: Ids;
}

const failureSchema = z.object({ result: z.enum(['retry', 'dead_letter']) });

export interface Worker<Ids> {
  /** Its folder, by which its heartbeat is known. */
  worker: string;
  queue: string;
  /** Taken together, and worked on at the same time where `atOnce` says so. */
  batch: number;
  atOnce: boolean;
  /** Longer than working on a batch may take: nobody else takes the same meanwhile. */
  visibilitySeconds: number;
  ids: z.ZodType<Ids>;
  /** What is done before the queue is looked at. @returns how much there was */
  before?: (database: Database) => Promise<number>;
  /** Works on one message and takes it off the queue. @returns what is counted */
  work: (entry: Claimed<Ids>) => Promise<string>;
}

export interface WorkerDependencies {
  database: Database;
  secretKey: string;
  log(entry: Record<string, unknown>): void;
  /** Milliseconds of any clock that only goes forward. */
  now(): number;
}

/** Drains a queue for as long as there is something in it, and answers how much of it became what. */
export function makeWorker<Ids>(
  { worker, queue, batch, atOnce, visibilitySeconds, ids, before, work }: Worker<Ids>,
  { database, secretKey, now }: WorkerDependencies,
): (request: Request) => Promise<Response> {
  const claimedSchema = z.array(
    z.object({ msg_id: z.number().int(), read_ct: z.number().int(), message: ids }),
  );
  let lastBeat = -Infinity;
  return async (request) => {
    if (!isWorkerCall(request, secretKey)) return refuseCaller();
    const deadline = now() + PATIENCE_MS;
    const counts: Record<string, number> = {};
    let processed = (await before?.(database)) ?? 0;
    for (;;) {
      const claimed = claimedSchema.parse(
        await database.rpc('claim_messages', {
          queue,
          quantity: batch,
          visibility_seconds: visibilitySeconds,
        }),
      );
      const results = atOnce ? await Promise.all(claimed.map(work)) : await inTurn(claimed, work);
      for (const result of results) counts[result] = (counts[result] ?? 0) + 1;
      processed += claimed.length;
      if (claimed.length < batch || now() > deadline) break;
    }
    if (processed > 0 || now() - lastBeat >= HEARTBEAT_MS) {
      lastBeat = now();
      await database.rpc('worker_heartbeat', { worker, details: counts });
    }
    return Response.json({ processed, ...counts });
  };
}

async function inTurn<Entry>(entries: Entry[], work: (entry: Entry) => Promise<string>) {
  const results: string[] = [];
  for (const entry of entries) results.push(await work(entry));
  return results;
}

/** Says that an attempt failed. @returns whether it is tried again, or was the last one */
export async function failMessage<Ids>(
  database: Database,
  queue: string,
  { msg_id, read_ct, message }: Claimed<Ids>,
  error: string,
): Promise<'retry' | 'dead_letter'> {
  const answer = await database.rpc('fail_message', { queue, msg_id, read_ct, message, error });
  return failureSchema.parse(answer).result;
}

/** What became of an attempt to carry something out of the house. */
export interface Attempt {
  /** A stable key; null: it was taken. */
  error: string | null;
  /** Whether nothing but a person helps. */
  isFinal: boolean;
  /** What else is written down. */
  result: Record<string, unknown>;
}

/** Something that is carried to another system: what it is, how it is done and what is written down about it. */
export interface Errand<Found> extends Pick<
  Worker<never>,
  'worker' | 'queue' | 'batch' | 'visibilitySeconds' | 'before'
> {
  /** The id in the messages of its queue, beside that of the company. */
  id: string;
  /** The RPC that hands out what is to be done; null when it was dealt with. */
  find: string;
  found: z.ZodType<Found>;
  /** The RPC that writes down what became of it. */
  record: string;
  /** What that is called when it was taken, and when it was given up. */
  words: { taken: string; givenUp: string };
  attempt: (found: Found) => Promise<Attempt>;
}

/**
 * The worker of an errand. The queue carries ids only; what became of an attempt is written down before its message
 * leaves the queue, so that a crash in between does the same again and nothing is lost.
 */
export function makeErrand<Found>(
  { id, find, found, record, words, attempt, ...queue }: Errand<Found>,
  dependencies: WorkerDependencies,
): (request: Request) => Promise<Response> {
  const { database, log } = dependencies;
  const ids = z.object({ tenant_id: z.string(), [id]: z.string() });
  const work = async (entry: Claimed<Record<string, unknown>>): Promise<string> => {
    const archive = () =>
      database.rpc('archive_message', { queue: queue.queue, msg_id: entry.msg_id });
    const answer = await database.rpc(find, entry.message);
    if (answer === null) {
      await archive();
      return 'skipped';
    }
    const { error, isFinal, result } = await attempt(found.parse(answer));
    const write = (status: string) =>
      database.rpc(record, { ...entry.message, status, error, ...result });
    if (error === null || isFinal) {
      const status = error === null ? words.taken : words.givenUp;
      if (error !== null) log({ level: 'warn', worker: queue.worker, ...entry.message, error });
      await write(status);
      await archive();
      return status;
    }
    log({ level: 'warn', worker: queue.worker, ...entry.message, error });
    const isOver = (await failMessage(database, queue.queue, entry, error)) === 'dead_letter';
    await write(isOver ? words.givenUp : 'queued');
    return isOver ? words.givenUp : 'retried';
  };
  return makeWorker({ ...queue, atOnce: true, ids, work }, dependencies);
}
