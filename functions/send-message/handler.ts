import { z } from 'zod';
import { isWorkerCall, refuseCaller } from '../_shared/caller.ts';
import type { Database } from '../_shared/database.ts';
import { PermanentFailure, Uncertain, type Message, type Provider } from './provider.ts';

const QUEUE = 'send_message';
const BATCH = 10;
const VISIBILITY_SECONDS = 60;
/** A call ends after this long even when there is more, so that no caller gives up on it. */
const PATIENCE_MS = 20_000;
/** How often an idle worker says that it is alive. */
const HEARTBEAT_MS = 15_000;

const claimedSchema = z.array(
  z.object({
    msg_id: z.number().int(),
    read_ct: z.number().int(),
    message: z.object({ tenant_id: z.string(), message_id: z.string() }).loose(),
  }),
);
type Claimed = z.infer<typeof claimedSchema>[number];

const messageSchema = z
  .object({
    id: z.string(),
    channel: z.enum(['whatsapp', 'email', 'sms']),
    recipient: z.string(),
    subject: z.string().nullable(),
    body: z.string(),
    kind: z.string(),
    content: z
      .object({ name: z.string(), language: z.string(), parameters: z.array(z.string()) })
      .nullable(),
    reply_to: z.string().nullable(),
    sender: z
      .object({ phone_number_id: z.string(), access_token: z.string().nullable() })
      .nullable(),
  })
  .nullable();
const failureSchema = z.object({ result: z.enum(['retry', 'dead_letter']) });

export interface Dependencies {
  database: Database;
  secretKey: string;
  providers: Record<Message['channel'], Provider>;
  log(entry: Record<string, unknown>): void;
  /** Milliseconds of any clock that only goes forward. */
  now(): number;
}

/**
 * Takes messages off the queue for as long as there are any, hands each to the provider of its
 * channel and writes down what became of it. The queue carries only the ids of the message and its company; the database
 * answers null for one that needs no sending any more.
 */
export function makeHandler(dependencies: Dependencies): (request: Request) => Promise<Response> {
  const { database, secretKey, now } = dependencies;
  let lastBeat = -Infinity;
  return async (request) => {
    if (!isWorkerCall(request, secretKey)) return refuseCaller();
    const deadline = now() + PATIENCE_MS;
    const counts = { sent: 0, skipped: 0, failed: 0, retried: 0, uncertain: 0 };
    let processed = 0;
    for (;;) {
      const claimed = claimedSchema.parse(
        await database.rpc('claim_messages', {
          queue: QUEUE,
          quantity: BATCH,
          visibility_seconds: VISIBILITY_SECONDS,
        }),
      );
      for (const entry of claimed) counts[await deliver(entry, dependencies)] += 1;
      processed += claimed.length;
      if (claimed.length < BATCH || now() > deadline) break;
    }
    if (processed > 0 || now() - lastBeat >= HEARTBEAT_MS) {
      lastBeat = now();
      await database.rpc('worker_heartbeat', { worker: 'send-message', details: counts });
    }
    return Response.json({ processed, ...counts });
  };
}

async function deliver(
  entry: Claimed,
  { database, providers, log }: Dependencies,
): Promise<'sent' | 'skipped' | 'failed' | 'retried' | 'uncertain'> {
  const { msg_id, read_ct, message } = entry;
  const archive = () => database.rpc('archive_message', { queue: QUEUE, msg_id });
  const record = (
    status: string,
    provider: string,
    reference: string | null,
    error: string | null,
  ) =>
    database.rpc('record_message_result', {
      tenant_id: message.tenant_id,
      message_id: message.message_id,
      status,
      provider,
      provider_reference: reference,
      error,
    });
  let channel: Message['channel'] | null = null;
  try {
    const found = messageSchema.parse(
      await database.rpc('message_to_send', {
        tenant_id: message.tenant_id,
        message_id: message.message_id,
      }),
    );
    if (found === null) {
      await archive();
      return 'skipped';
    }
    channel = found.channel;
    const delivery = await providers[channel].send(found);
    await record(delivery.status, delivery.provider, delivery.reference, null);
    await archive();
    return 'sent';
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    log({ level: 'error', worker: 'send-message', message_id: message.message_id, error: problem });
    if (error instanceof PermanentFailure) {
      await record('failed', channel ?? 'unknown', null, problem);
      await archive();
      return 'failed';
    }
    if (error instanceof Uncertain) {
      await record('uncertain', channel ?? 'unknown', null, problem);
      await archive();
      return 'uncertain';
    }
    const { result } = failureSchema.parse(
      await database.rpc('fail_message', {
        queue: QUEUE,
        msg_id,
        read_ct,
        message,
        error: problem,
      }),
    );
    if (result === 'retry') {
      // It waits again: only what waits is handed out.
      if (channel !== null) await record('queued', channel, null, problem);
      return 'retried';
    }
    await record('failed', channel ?? 'unknown', null, problem);
    return 'failed';
  }
}
