import { toPortalError } from '#lib/errors.ts';
import { supabase } from './supabase.ts';

const ATTEMPTS = 3;

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

/**
 * Sends a command. The same idempotency key goes with every attempt, so a command whose answer was
 * lost on the way is done once.
 * @throws PortalError with a sentence and the next step.
 */
export async function command<Result>(
  rpc: string,
  args: Record<string, unknown>,
  key: string = newKey(),
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    const { data, error, status } = await supabase.rpc(rpc, { ...args, idempotency_key: key });
    if (!error) return data as Result;
    const failure = toPortalError(error, status);
    if (!failure.retryable || attempt >= ATTEMPTS) throw failure;
    await pause(200 * 2 ** attempt + Math.random() * 200);
  }
}

/** Calls a function that only reads: no key, no retries. */
export async function ask<Result>(
  rpc: string,
  args: Record<string, unknown> = {},
): Promise<Result> {
  const { data, error, status } = await supabase.rpc(rpc, args);
  if (error) throw toPortalError(error, status);
  return data as Result;
}
