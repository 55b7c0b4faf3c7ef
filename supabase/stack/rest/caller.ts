import type { IncomingHttpHeaders } from 'node:http';
import type { Secrets } from '../secrets.ts';
import type { TokenMemory } from '../tokens.ts';
import type { Caller } from './call.ts';
import { Refused } from './refusals.ts';

/**
 * Who asks: the key says whether anybody or a worker, a token which person.
 *
 * @throws {Refused} 401 when the key is unknown or the token is not to be trusted
 */
export function callerOf(
  headers: IncomingHttpHeaders,
  secrets: Secrets,
  tokens: TokenMemory,
): Caller {
  const { apikey, authorization = '' } = headers;
  const isSecret = apikey === secrets.secretKey;
  if (!isSecret && apikey !== secrets.publishableKey) {
    throw unauthorized('api_key_invalid', 'Invalid API key', 'Send the publishable key as apikey.');
  }
  if (isSecret && /mozilla/i.test(headers['user-agent'] ?? '')) {
    const message = 'Forbidden use of secret API key in browser';
    const hint = 'Secret API keys can only be used on a server; use the publishable key here.';
    throw unauthorized('api_key_invalid', message, hint);
  }
  const token = /^Bearer (\S+)$/.exec(authorization)?.[1];
  if (authorization !== '' && token === undefined) throw untrusted();
  if (token === undefined || token === apikey || token.startsWith('sb_')) {
    const role = isSecret ? 'service_role' : 'anon';
    return { role, claims: JSON.stringify({ role }) };
  }
  const trusted = tokens.verify(token);
  if (!trusted) throw untrusted();
  return { role: trusted.claims.role, claims: trusted.text };
}

function untrusted(): Refused {
  return unauthorized('PGRST301', 'The token is not valid, or not any more', 'Sign in again.');
}

function unauthorized(code: string, message: string, hint: string): Refused {
  return new Refused(401, { code, details: null, hint, message });
}
