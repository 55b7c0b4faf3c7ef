import { z } from 'zod';

export type Fetch = typeof globalThis.fetch;

/** Meta's Graph API. */
export interface Graph {
  /** Its address, without the version. */
  url: string;
  send: Fetch;
}

const GRAPH_VERSION = 'v23.0';
const TIMEOUT_MS = 10_000;
const MEDIA_TIMEOUT_MS = 30_000;
/**
 * What may pass: outages, and too much at once, of the app, the account, the number or the pair of
 * numbers. Everything else that Meta says no to, it says again.
 */
const PASSING = [1, 2, 4, 80007, 130429, 131000, 131016, 131056, 133004];

const refusalSchema = z.object({
  error: z.object({
    code: z.number(),
    message: z.string().optional(),
    error_data: z.object({ details: z.string().optional() }).optional(),
  }),
});

const uploadedSchema = z.object({ id: z.string() });

/** The API at the address that this project is set up with (WHATSAPP_API_URL). */
export function graph(url: string | null): Graph {
  return { url: url ?? 'https://graph.facebook.com', send: fetch };
}

/** Why Meta did not do what it was asked. */
export class MetaFailure extends Error {
  override name = 'MetaFailure';
  /** Sending the same again cannot help. */
  readonly isFinal: boolean;
  /** Whether Meta said that it did not do it; else nobody knows. */
  readonly isRefused: boolean;

  constructor(message: string, { isFinal, isRefused }: { isFinal: boolean; isRefused: boolean }) {
    super(message);
    this.isFinal = isFinal;
    this.isRefused = isRefused;
  }
}

/** Calls a path of the API, with POST where there is a body: a form, or what becomes JSON. Throws {@link MetaFailure}. */
export async function askMeta(
  { url, send }: Graph,
  path: string,
  token: string,
  body?: unknown,
): Promise<unknown> {
  const isForm = body instanceof FormData;
  const response = await send(`${url}/${GRAPH_VERSION}/${path}`, {
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { method: 'POST', body: isForm ? body : JSON.stringify(body) }),
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((cause: unknown) => {
    throw noAnswer(cause);
  });
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok && answer !== null) return answer;
  throw refusal(response.status, answer);
}

/** There was no answer to a call, or none that was one. */
export function noAnswer(cause: unknown): MetaFailure {
  const name = cause instanceof Error ? cause.name : 'unknown';
  return new MetaFailure(`No answer: ${name}`, { isFinal: false, isRefused: false });
}

function refusal(status: number, answer: unknown): MetaFailure {
  const parsed = refusalSchema.safeParse(answer);
  if (!parsed.success) {
    // A 4xx was read and not taken; anything else says nothing.
    const isRefused = status >= 400 && status < 500;
    const isFinal = isRefused && status !== 429;
    return new MetaFailure(`The provider answered ${status}`, { isFinal, isRefused });
  }
  const { code, message, error_data } = parsed.data.error;
  const problem = `${code}: ${error_data?.details ?? message ?? 'no reason given'}`;
  return new MetaFailure(problem, { isFinal: !PASSING.includes(code), isRefused: true });
}

/**
 * Fetches what lies at an address that the API gave, with at most so many bytes. The token goes to nobody but
 * the API itself and to addresses that are encrypted.
 * @returns null where there is more. Throws {@link MetaFailure}.
 */
export async function fetchMedia(
  { url, send }: Graph,
  address: string,
  token: string,
  most: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const target = new URL(address);
  if (target.protocol !== 'https:' && target.origin !== new URL(url).origin) {
    throw new MetaFailure(`${target.host} is not encrypted`, { isFinal: true, isRefused: true });
  }
  const response = await send(target, {
    headers: { authorization: `Bearer ${token}` },
    redirect: 'error',
    signal: AbortSignal.timeout(MEDIA_TIMEOUT_MS),
  }).catch((cause: unknown) => {
    throw noAnswer(cause);
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw refusal(response.status, null);
  }
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > most) return null;
    parts.push(part);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Gives the API a file that a message leaves with. @returns its id. Throws {@link MetaFailure}. */
export async function uploadMedia(
  graph: Graph,
  phoneNumberId: string,
  token: string,
  file: { bytes: Uint8Array<ArrayBuffer>; type: string; name: string },
): Promise<string> {
  const form = new FormData();
  form.set('messaging_product', 'whatsapp');
  form.set('type', file.type);
  form.set('file', new Blob([file.bytes], { type: file.type }), file.name);
  return uploadedSchema.parse(await askMeta(graph, `${phoneNumberId}/media`, token, form)).id;
}
