import { z } from 'zod';
import { isWorkerCall, refuseCaller } from '../_shared/caller.ts';
import type { Database } from '../_shared/database.ts';
import { CallFailure, type Call } from './call.ts';
import { signatureHeaders } from './signature.ts';

const WORKER = 'deliver-webhook';
const QUEUE = 'deliver_webhook';
/** Called at the same time: who does not answer holds up as few others as possible. */
const BATCH = 20;
const VISIBILITY_SECONDS = 60;
/** A call ends after this long even when there is more, so that no caller gives up on it. */
const PATIENCE_MS = 20_000;
/** How often an idle worker says that it is alive. */
const HEARTBEAT_MS = 15_000;

const claimedSchema = z.array(
  z.object({
    msg_id: z.number().int(),
    read_ct: z.number().int(),
    message: z.object({ tenant_id: z.string(), delivery_id: z.string() }).loose(),
  }),
);
type Claimed = z.infer<typeof claimedSchema>[number];

const deliverySchema = z
  .object({
    url: z.string(),
    secret: z.string(),
    body: z.object({ id: z.string() }).loose(),
  })
  .nullable();
const failureSchema = z.object({ result: z.enum(['retry', 'dead_letter']) });
const toldSchema = z.number().int();

export interface Dependencies {
  database: Database;
  secretKey: string;
  call: Call;
  log(entry: Record<string, unknown>): void;
  /** Milliseconds of any clock that only goes forward. */
  now(): number;
}

/**
 * Tells events to the systems that companies named. The database says what has happened since the last look and
 * what is to be sent; here it is signed and sent. An attempt of which nobody knows whether it arrived is
 * made again under the same id.
 */
export function makeHandler(dependencies: Dependencies): (request: Request) => Promise<Response> {
  const { database, secretKey, now } = dependencies;
  let lastBeat = -Infinity;
  return async (request) => {
    if (!isWorkerCall(request, secretKey)) return refuseCaller();
    const deadline = now() + PATIENCE_MS;
    const counts = { delivered: 0, skipped: 0, failed: 0, retried: 0 };
    let processed = toldSchema.parse(await database.rpc('hear_for_webhooks'));
    for (;;) {
      const claimed = claimedSchema.parse(
        await database.rpc('claim_messages', {
          queue: QUEUE,
          quantity: BATCH,
          visibility_seconds: VISIBILITY_SECONDS,
        }),
      );
      const results = await Promise.all(claimed.map((entry) => deliver(entry, dependencies)));
      for (const result of results) counts[result] += 1;
      processed += claimed.length;
      if (claimed.length < BATCH || now() > deadline) break;
    }
    if (processed > 0 || now() - lastBeat >= HEARTBEAT_MS) {
      lastBeat = now();
      await database.rpc('worker_heartbeat', { worker: WORKER, details: counts });
    }
    return Response.json({ processed, ...counts });
  };
}

interface Outcome {
  response_status: number | null;
  response: string | null;
  /** Null: it was taken. */
  error: string | null;
  /** Whether another attempt may help. */
  isFinal: boolean;
}

async function deliver(
  { msg_id, read_ct, message }: Claimed,
  { database, call, log }: Dependencies,
): Promise<'delivered' | 'skipped' | 'failed' | 'retried'> {
  const ids = { tenant_id: message.tenant_id, delivery_id: message.delivery_id };
  const archive = () => database.rpc('archive_message', { queue: QUEUE, msg_id });
  const found = deliverySchema.parse(await database.rpc('webhook_to_deliver', ids));
  if (found === null) {
    await archive();
    return 'skipped';
  }
  const { isFinal, ...outcome } = await attempt(found.url, found.secret, found.body, call);
  const record = (status: string) =>
    database.rpc('record_webhook_result', { ...ids, status, ...outcome });
  if (outcome.error === null) {
    await record('delivered');
    await archive();
    return 'delivered';
  }
  log({ level: 'warn', worker: WORKER, ...ids, error: outcome.error });
  if (isFinal) {
    await record('failed');
    await archive();
    return 'failed';
  }
  const { result } = failureSchema.parse(
    await database.rpc('fail_message', {
      queue: QUEUE,
      msg_id,
      read_ct,
      message,
      error: outcome.error,
    }),
  );
  await record(result === 'retry' ? 'queued' : 'failed');
  return result === 'retry' ? 'retried' : 'failed';
}

async function attempt(
  url: string,
  secret: string,
  body: { id: string },
  call: Call,
): Promise<Outcome> {
  try {
    const text = JSON.stringify(body);
    const seconds = Math.floor(Date.now() / 1000);
    const headers = await signatureHeaders(secret, body.id, seconds, text);
    const answer = await call(url, headers, text);
    const taken = answer.status >= 200 && answer.status < 300;
    return {
      response_status: answer.status,
      response: answer.text.replaceAll('\0', '') || null,
      error: taken ? null : 'webhook_refused',
      isFinal: answer.status === 410,
    };
  } catch (error) {
    const key = error instanceof CallFailure ? error.key : 'webhook_unreachable';
    return {
      response_status: null,
      response: error instanceof Error ? error.message : null,
      error: key,
      isFinal: key === 'webhook_address_private',
    };
  }
}
