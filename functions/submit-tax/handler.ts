import { z } from 'zod';
import { isWorkerCall, refuseCaller } from '../_shared/caller.ts';
import type { Database } from '../_shared/database.ts';
import { TaxFailure, type Receipt, type TaxAuthority } from './authority.ts';

const WORKER = 'submit-tax';
const QUEUE = 'submit_tax';
const BATCH = 10;
/** Longer than two calls of the authority may take: nobody else tells the same document meanwhile. */
const VISIBILITY_SECONDS = 90;
/** A call ends after this long even when there is more, so that no caller gives up on it. */
const PATIENCE_MS = 20_000;
/** How often an idle worker says that it is alive. */
const HEARTBEAT_MS = 15_000;

const claimedSchema = z.array(
  z.object({
    msg_id: z.number().int(),
    read_ct: z.number().int(),
    message: z.object({ tenant_id: z.string(), submission_id: z.string() }).loose(),
  }),
);
type Claimed = z.infer<typeof claimedSchema>[number];

const toldSchema = z.object({
  may_be_there: z.boolean(),
  device: z.object({
    pin: z.string(),
    branch: z.string(),
    control_unit: z.string(),
    key: z.string(),
  }),
  document: z.object({
    kind: z.enum(['invoice', 'credit_note']),
    number: z.number().int(),
    original: z.number().int().nullable(),
    name: z.string(),
    issued_on: z.string(),
    buyer: z.object({ name: z.string().nullable(), pin: z.string().nullable() }),
    lines: z.array(
      z.object({
        sku: z.string(),
        name: z.string(),
        unit: z.string(),
        quantity: z.number(),
        amount: z.number(),
        tax: z.number(),
        rates: z.array(z.number()),
      }),
    ),
  }),
});
const foundSchema = z.union([toldSchema, z.object({ waits: z.literal(true) }), z.null()]);
const failureSchema = z.object({ result: z.enum(['retry', 'dead_letter']) });

export interface Dependencies {
  database: Database;
  secretKey: string;
  authority: TaxAuthority;
  log(entry: Record<string, unknown>): void;
  /** Milliseconds of any clock that only goes forward. */
  now(): number;
}

/**
 * Tells issued invoices and credit notes to the tax authority. An attempt of which nobody knows whether it
 * arrived is settled by asking for its number first; the authority makes one receipt per number.
 */
export function makeHandler(dependencies: Dependencies): (request: Request) => Promise<Response> {
  const { database, secretKey, now } = dependencies;
  let lastBeat = -Infinity;
  return async (request) => {
    if (!isWorkerCall(request, secretKey)) return refuseCaller();
    const deadline = now() + PATIENCE_MS;
    const counts = { sent: 0, skipped: 0, refused: 0, retried: 0 };
    let processed = 0;
    for (;;) {
      const claimed = claimedSchema.parse(
        await database.rpc('claim_messages', {
          queue: QUEUE,
          quantity: BATCH,
          visibility_seconds: VISIBILITY_SECONDS,
        }),
      );
      const results = await Promise.all(claimed.map((entry) => tell(entry, dependencies)));
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

async function tell(
  { msg_id, read_ct, message }: Claimed,
  { database, authority, log }: Dependencies,
): Promise<'sent' | 'skipped' | 'refused' | 'retried'> {
  const ids = { tenant_id: message.tenant_id, submission_id: message.submission_id };
  const archive = () => database.rpc('archive_message', { queue: QUEUE, msg_id });
  const record = (status: string, more: Record<string, unknown> = {}) =>
    database.rpc('record_tax_result', { ...ids, status, ...more });
  const found = foundSchema.parse(await database.rpc('tax_submission_to_send', ids));
  if (found === null) {
    await archive();
    return 'skipped';
  }
  const outcome =
    'waits' in found
      ? { error: 'tax_original_waits', response: null, isFinal: false }
      : await attempt(found, authority);
  if ('receipt' in outcome) {
    await record('sent', { receipt: outcome.receipt });
    await archive();
    return 'sent';
  }
  const { isFinal, ...why } = outcome;
  log({ level: 'warn', worker: WORKER, ...ids, error: why.error });
  if (isFinal) {
    await record('refused', why);
    await archive();
    return 'refused';
  }
  const { result } = failureSchema.parse(
    await database.rpc('fail_message', {
      queue: QUEUE,
      msg_id,
      read_ct,
      message,
      error: why.error,
    }),
  );
  await record(result === 'retry' ? 'queued' : 'refused', why);
  return result === 'retry' ? 'retried' : 'refused';
}

type Outcome = { receipt: Receipt } | { error: string; response: string | null; isFinal: boolean };

async function attempt(
  { may_be_there: mayBeThere, device, document }: z.infer<typeof toldSchema>,
  authority: TaxAuthority,
): Promise<Outcome> {
  try {
    const earlier = mayBeThere ? await authority.find(device, document) : null;
    return { receipt: earlier ?? (await authority.submit(device, document)) };
  } catch (error) {
    if (!(error instanceof TaxFailure)) throw error;
    return { error: error.key, response: error.message, isFinal: error.isFinal };
  }
}
