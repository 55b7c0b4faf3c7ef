import { z } from 'zod';
import type { Database } from '../_shared/database.ts';
import { refuse } from '../_shared/input.ts';
import { isSame } from '../_shared/same.ts';
import { hashOf } from '../_shared/token.ts';
import { isSigned } from './signature.ts';

/** Meta sends no more than this at once. */
const MOST_BYTES = 3 * 1024 * 1024;
/** So many messages or statuses are handed to the database in one change. */
const SLICE = 200;
/** So many bytes, about, in one call of the database, which takes less at once than Meta sends. */
const CALL_BYTES = 700_000;

const bodySchema = z.object({
  entry: z.array(
    z.object({
      changes: z.array(z.object({ field: z.string(), value: z.record(z.string(), z.unknown()) })),
    }),
  ),
});
const keptSchema = z.object({ kept: z.number(), unknown: z.number() });
type Value = Record<string, unknown>;

export interface Dependencies {
  database: Database;
  /** The secret of the app at Meta, which signs every body; null where WhatsApp is not set up. */
  appSecret: string | null;
  /** What was told to Meta when the address of this function was entered there. */
  verifyToken: string | null;
  log: (entry: Record<string, unknown>) => void;
}

/**
 * What Meta calls: with GET once, when the address is entered there, and with POST whenever somebody
 * writes or a message has arrived. A body is kept and worked on later, so that the answer comes at
 * once; one that could not be kept is answered with an error, and Meta sends it again.
 */
export async function handle(request: Request, dependencies: Dependencies): Promise<Response> {
  const { appSecret, verifyToken } = dependencies;
  if (appSecret === null || verifyToken === null) {
    return refuse(503, 'whatsapp_not_set_up', 'Set WHATSAPP_APP_SECRET and WHATSAPP_VERIFY_TOKEN.');
  }
  if (request.method === 'GET') return shakeHands(new URL(request.url), verifyToken);
  if (request.method !== 'POST') return refuse(405, 'method_unknown', 'Use GET or POST.');
  return await take(request, appSecret, dependencies);
}

function shakeHands(url: URL, verifyToken: string): Response {
  const asked = (name: string) => url.searchParams.get(`hub.${name}`) ?? '';
  if (asked('mode') !== 'subscribe' || !isSame(asked('verify_token'), verifyToken)) {
    return refuse(403, 'token_unknown', 'Enter the token that this project was set up with.');
  }
  return new Response(asked('challenge'), { headers: { 'content-type': 'text/plain' } });
}

async function take(
  request: Request,
  appSecret: string,
  { database, log }: Dependencies,
): Promise<Response> {
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.length > MOST_BYTES) return refuse(413, 'body_too_large', 'Send at most 3 MB.');
  const signature = request.headers.get('x-hub-signature-256') ?? '';
  if (!(await isSigned(bytes, signature, appSecret))) {
    log({ level: 'warning', event: 'whatsapp_signature_wrong', bytes: bytes.length });
    return refuse(401, 'signature_wrong', 'Sign the body with the secret of the app.');
  }
  const text = new TextDecoder().decode(bytes);
  const parsed = bodySchema.safeParse(readJson(text));
  if (!parsed.success) {
    // Signed by Meta, so sending the same again would not make it readable.
    log({ level: 'error', event: 'whatsapp_unreadable', bytes: bytes.length });
    return Response.json({ kept: 0, unknown: 0 });
  }
  const changes = parsed.data.entry
    .flatMap((entry) => entry.changes)
    .filter((change) => change.field === 'messages')
    .flatMap((change) => slices(change.value))
    .map((value, index) => ({ place: index + 1, value }));
  const body_hash = await hashOf(text);
  const sums = { kept: 0, unknown: 0 };
  for (const call of calls(changes)) {
    const answer = await database.rpc('receive_whatsapp', { changes: call, body_hash });
    const { kept, unknown } = keptSchema.parse(answer);
    sums.kept += kept;
    sums.unknown += unknown;
  }
  if (sums.unknown > 0) log({ level: 'warning', event: 'whatsapp_number_unknown', ...sums });
  return Response.json(sums);
}

/** Text that PostgreSQL cannot keep, NUL and halves of characters, is left out. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text, (_, value: unknown) =>
      typeof value === 'string'
        ? value.replaceAll(/\p{Surrogate}/gu, '\ufffd').replaceAll('\0', '')
        : value,
    );
  } catch {
    return null;
  }
}

/** A change with more in it than is worked on at once, as several that say the same together. */
function slices(value: Value): Value[] {
  const { messages, statuses, ...rest } = value;
  const cut = (name: string, items: unknown) =>
    Array.isArray(items)
      ? Array.from({ length: Math.ceil(items.length / SLICE) }, (_, index) => ({
          ...rest,
          [name]: items.slice(index * SLICE, (index + 1) * SLICE),
        }))
      : [];
  return [...cut('messages', messages), ...cut('statuses', statuses)];
}

function* calls<Change>(changes: Change[]): Generator<Change[]> {
  let call: Change[] = [];
  let bytes = 0;
  for (const change of changes) {
    const size = JSON.stringify(change).length;
    if (call.length > 0 && bytes + size > CALL_BYTES) {
      yield call;
      [call, bytes] = [[], 0];
    }
    call.push(change);
    bytes += size;
  }
  if (call.length > 0) yield call;
}
