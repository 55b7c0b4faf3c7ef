import { toPortalError } from '#lib/errors.ts';
import type { Database, Json } from '#lib/database.types.ts';
import { language } from '#lib/first_words.ts';
import { signedOut } from './signed_out.svelte.ts';
import { apiUrl, publishableKey, supabase, untyped } from './supabase.ts';

interface Answer {
  data: unknown;
  error: unknown;
  status: number;
}

type Functions = Database['public']['Functions'];
export type RpcName = keyof Functions;
type Returns<Name extends RpcName> = Functions[Name]['Returns'];
type Args<Name extends RpcName> = Functions[Name]['Args'] extends never
  ? Record<never, never>
  : Functions[Name]['Args'];

/** Commands take a key, so that they can be sent again. */
type CommandName = {
  [Name in RpcName]: 'idempotency_key' extends keyof Args<Name> ? Name : never;
}[RpcName];
/** RPCs whose answer is JSON: the database does not describe it, so the caller does. */
type JsonRpcName = {
  [Name in RpcName]: Json extends Returns<Name> ? Name : never;
}[RpcName];

/** Together they outlast a database that has to start again. */
const ATTEMPTS = 6;
const MAX_PAUSE_MS = 2000;

/**
 * A fresh idempotency key. `crypto.randomUUID` exists on secure origins only, and a phone in the
 * depot may open the portal over plain HTTP.
 */
export function newKey(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [8, 12, 16, 20].reduceRight((text, at) => `${text.slice(0, at)}-${text.slice(at)}`, hex);
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function attempt<Result>(send: () => PromiseLike<Answer>, retries: boolean): Promise<Result> {
  for (let turn = 1; ; turn += 1) {
    const { data, error, status } = await send();
    if (!error) return data as Result;
    const failure = toPortalError(error, status);
    if (await signedOut.isOver(failure)) continue;
    if (!retries || !failure.retryable || turn >= ATTEMPTS) throw failure;
    await pause(Math.min(MAX_PAUSE_MS, 200 * 2 ** turn) + Math.random() * 200);
  }
}

/**
 * Sends a command. The same idempotency key goes with every attempt, so a command whose answer was
 * lost on the way is done once.
 * @throws PortalError with a sentence and the next step.
 */
export function command<Name extends CommandName>(
  rpc: Name,
  args: Omit<Args<Name>, 'idempotency_key'>,
  key: string = newKey(),
): Promise<Returns<Name>> {
  return commandNamed(rpc, args, key);
}

/** The same for a command whose name came from the database, such as an `allowed_commands` entry. */
export function commandNamed<Result>(
  rpc: string,
  args: Record<string, unknown>,
  key: string = newKey(),
): Promise<Result> {
  return attempt(() => untyped.rpc(rpc, { ...args, idempotency_key: key }), true);
}

/**
 * Sends a command that takes no key because doing it twice is the same as doing it once (setting a
 * role, switching the company).
 */
export function assign<Name extends RpcName>(rpc: Name, args: Args<Name>): Promise<Returns<Name>> {
  return attempt(() => untyped.rpc(rpc, args), true);
}

/** Calls a function whose effect must not be repeated: one attempt. */
export function ask<Name extends RpcName>(rpc: Name, args: Args<Name>): Promise<Returns<Name>> {
  return attempt(() => untyped.rpc(rpc, args), false);
}

/** The same where the answer is JSON, of a shape that the caller knows. */
export function askJson<Result, Name extends JsonRpcName>(
  rpc: Name,
  args: Args<Name>,
): Promise<Result> {
  return attempt(() => untyped.rpc(rpc, args), false);
}

/** Sends a request that the client of supabase has no words for, as the reader. @throws PortalError */
async function send<Result>(path: string, init: RequestInit): Promise<Result> {
  const { data } = await supabase.auth.getSession();
  let response: Response;
  try {
    response = await fetch(`${apiUrl}${path}`, {
      ...init,
      headers: {
        'accept-language': language,
        apikey: publishableKey,
        ...(data.session ? { authorization: `Bearer ${data.session.access_token}` } : {}),
        ...init.headers,
      },
    });
  } catch (cause) {
    throw toPortalError(cause);
  }
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) throw toPortalError(answer, response.status);
  return answer as Result;
}

/** Calls an edge function with a JSON body. @throws PortalError */
export function callFunction<Result>(name: string, body: unknown): Promise<Result> {
  return send(`/functions/v1/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/** The rows of a query in PostgREST's notation. @throws PortalError */
export async function readRows(query: string): Promise<unknown[]> {
  for (;;) {
    try {
      return await send(`/rest/v1/${query}`, {});
    } catch (cause) {
      if (!(await signedOut.isOver(toPortalError(cause)))) throw cause;
    }
  }
}
