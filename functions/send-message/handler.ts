import { z } from 'zod';
import {
  type Claimed,
  failMessage,
  makeWorker,
  type WorkerDependencies,
} from '../_shared/worker.ts';
import { PermanentFailure, Uncertain, type Message, type Provider } from './provider.ts';

const QUEUE = 'send_message';

const idsSchema = z.object({ tenant_id: z.string(), message_id: z.string() });
type Ids = z.infer<typeof idsSchema>;

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
    media: z.object({ path: z.string(), type: z.string(), name: z.string() }).nullable(),
    reply_to: z.string().nullable(),
    sender: z
      .object({ phone_number_id: z.string(), access_token: z.string().nullable() })
      .nullable(),
  })
  .nullable();

export interface Dependencies extends WorkerDependencies {
  providers: Record<Message['channel'], Provider>;
}

/**
 * Takes messages off the queue for as long as there are any, hands each to the provider of its
 * channel and writes down what became of it. The queue carries only the ids of the message and its company; the database
 * answers null for one that needs no sending any more.
 */
export function makeHandler(dependencies: Dependencies): (request: Request) => Promise<Response> {
  return makeWorker(
    {
      worker: 'send-message',
      queue: QUEUE,
      batch: 10,
      // One after the other: two messages of one conversation arrive in their order.
      atOnce: false,
      visibilitySeconds: 60,
      ids: idsSchema,
      work: (entry) => deliver(entry, dependencies),
    },
    dependencies,
  );
}

async function deliver(
  entry: Claimed<Ids>,
  { database, providers, log }: Dependencies,
): Promise<'sent' | 'skipped' | 'failed' | 'retried' | 'uncertain'> {
  const { msg_id, message } = entry;
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
    if ((await failMessage(database, QUEUE, entry, problem)) === 'retry') {
      // It waits again: only what waits is handed out.
      if (channel !== null) await record('queued', channel, null, problem);
      return 'retried';
    }
    await record('failed', channel ?? 'unknown', null, problem);
    return 'failed';
  }
}
