import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a verified access token says. */
export interface Claims {
  sub?: string;
  role: string;
  session_id?: string;
  exp?: number;
  [claim: string]: unknown;
}

export type Verdict = { claims: Claims } | { problem: 'malformed' | 'expired' | 'untrusted' };

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function decode(part: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

/** The roles that a token may name; anything else would let it choose a role of its own. */
const ROLES = new Set(['anon', 'authenticated', 'service_role']);

/** Checks signature, algorithm, expiry, audience and role of an access token of this stack. */
export function verifyToken(token: string, secret: string, now = Date.now()): Verdict {
  const [head = '', body = '', signature = '', ...more] = token.split('.');
  const header = decode(head);
  const claims = decode(body);
  if (!header || !claims || signature === '' || more.length > 0) return { problem: 'malformed' };
  if (header['alg'] !== 'HS256') return { problem: 'untrusted' };
  const expected = createHmac('sha256', secret).update(`${head}.${body}`).digest();
  const given = Buffer.from(signature, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    return { problem: 'untrusted' };
  }
  const { exp, nbf, aud, role } = claims;
  if (typeof exp !== 'number' || exp * 1000 <= now) return { problem: 'expired' };
  if (typeof nbf === 'number' && nbf * 1000 > now + 30_000) return { problem: 'expired' };
  if (aud !== 'authenticated') return { problem: 'untrusted' };
  if (typeof role !== 'string' || !ROLES.has(role)) return { problem: 'untrusted' };
  return { claims: { ...claims, role } };
}

interface Trusted {
  claims: Claims;
  /** The claims as JSON. */
  text: string;
}

/**
 * What is wrong with the access token that a request carries; null when it is sound, or when there is
 * none: a publishable or secret key is no token.
 */
export function tokenProblem(
  { authorization = '', apikey }: { authorization?: string; apikey?: string },
  secret: string,
): string | null {
  if (authorization === '') return null;
  const token = /^Bearer (\S+)$/i.exec(authorization)?.[1];
  if (token === undefined) return 'The authorization header holds no access token.';
  if (token === apikey || token.startsWith('sb_')) return null;
  const verdict = verifyToken(token, secret);
  if ('claims' in verdict) return null;
  return verdict.problem === 'expired' ? 'JWT expired' : 'JWT not valid';
}

const MAX_REMEMBERED = 1000;

/** Checks the signature of a token once; whether it has expired is looked at every time. */
export class TokenMemory {
  readonly #secret: string;
  readonly #trusted = new Map<string, Trusted>();

  constructor(secret: string) {
    this.#secret = secret;
  }

  /** Null when it is not to be trusted, or not any more. */
  verify(token: string, now = Date.now()): Trusted | null {
    const known = this.#trusted.get(token);
    if (known && Number(known.claims.exp) * 1000 > now) return known;
    this.#trusted.delete(token);
    const verdict = verifyToken(token, this.#secret, now);
    if (!('claims' in verdict)) return null;
    if (this.#trusted.size >= MAX_REMEMBERED) this.#trusted.clear();
    const trusted = { claims: verdict.claims, text: JSON.stringify(verdict.claims) };
    this.#trusted.set(token, trusted);
    return trusted;
  }
}
