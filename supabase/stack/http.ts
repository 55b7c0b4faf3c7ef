import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** An answer that the stack itself gives, in the shape the Supabase clients understand. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly status: number;
  readonly code: string;
  readonly hint: string;

  constructor(status: number, code: string, message: string, hint = '') {
    super(message);
    this.status = status;
    this.code = code;
    this.hint = hint;
  }
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  });
  response.end(text);
}

/** An answer that is there as a whole; null is no body at all. */
export function sendText(
  response: ServerResponse,
  status: number,
  headers: Record<string, string>,
  text: string | null,
): void {
  const length = text === null ? {} : { 'content-length': Buffer.byteLength(text) };
  response.writeHead(status, { ...headers, ...length });
  response.end(text ?? undefined);
}

export function sendRefusal(response: ServerResponse, refusal: Refusal): void {
  const { status, code, message, hint } = refusal;
  sendJson(response, status, { code, message, details: null, hint: hint || null });
}

const NO_BODY = Buffer.alloc(0);

/** How much of a too large body is read and dropped, in multiples of the limit. */
const PATIENCE = 4;

/**
 * The whole body, or a refusal when it is larger than it may be. A body that is somewhat too large is
 * read to its end and dropped, so that the sender hears the answer and not a broken connection.
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const tooLarge = () =>
    new Refusal(413, 'payload_too_large', `The body may have ${limit} bytes at most.`);
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new Refusal(415, 'content_encoding_unsupported', 'Send the body uncompressed.');
  }
  const { 'content-length': length, 'transfer-encoding': chunked } = request.headers;
  if (length === undefined && chunked === undefined) return NO_BODY;
  if (Number(length ?? 0) > limit * PATIENCE) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  await new Promise<void>((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else chunks.length = 0;
      if (size > limit * PATIENCE) reject(tooLarge());
    });
    request.on('end', resolve);
    request.on('error', reject);
  });
  if (size > limit) throw tooLarge();
  const [first = NO_BODY, ...others] = chunks;
  return others.length === 0 ? first : Buffer.concat(chunks);
}

/** Headers that belong to one connection and are not passed on. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'te',
  'trailer',
  'expect',
  'host',
  'content-length',
  'content-encoding',
]);

/** Nobody behind the gateway needs the name that a caller gave the host, which may be anything. */
const BASE = 'http://localhost';

/** @param address path and query, as `routes.ts` spells them */
export function toWebRequest(request: IncomingMessage, address: string, body: Buffer): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value === undefined || HOP_BY_HOP.has(name)) continue;
    headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  const method = request.method ?? 'GET';
  const hasBody = method !== 'GET' && method !== 'HEAD' && body.length > 0;
  return new Request(new URL(address, BASE), {
    method,
    headers,
    redirect: 'manual',
    ...(hasBody ? { body: new Uint8Array(body) } : {}),
  });
}

export async function sendWebResponse(response: ServerResponse, answer: Response): Promise<void> {
  for (const [name, value] of answer.headers) {
    if (HOP_BY_HOP.has(name) || name.startsWith('access-control-')) continue;
    response.appendHeader(name, value);
  }
  const length = answer.headers.get('content-length');
  if (length !== null && !answer.headers.has('content-encoding')) {
    response.setHeader('content-length', length);
  }
  response.statusCode = answer.status;
  if (answer.body === null) {
    response.end();
    return;
  }
  await pipeline(Readable.fromWeb(answer.body as Parameters<typeof Readable.fromWeb>[0]), response);
}
