import { randomUUID } from 'node:crypto';
import { mustBe, type Door } from './door.ts';
import type { Target } from './target.ts';

/** One way into every part of the API. */
const WAYS: [string, string, unknown?][] = [
  ['GET', '/rest/v1/orders?select=id'],
  ['GET', '/rest/v1/orders?select=id,status->x'],
  ['POST', '/rest/v1/rpc/my_session', {}],
  ['POST', '/rest/v1/customers', {}],
  ['PATCH', '/rest/v1/customers?id=eq.1', {}],
  ['DELETE', '/rest/v1/customers?id=eq.1'],
  ['GET', '/auth/v1/user'],
  ['POST', '/auth/v1/logout'],
  ['POST', '/storage/v1/object/list/delivery-proofs', { prefix: '' }],
  ['GET', '/storage/v1/object/delivery-proofs/x.png'],
  ['POST', '/functions/v1/send-user-invite', { invitation_id: randomUUID() }],
];

/** Tokens that nobody should believe, the first ones though they are signed with the real secret. */
function unsound(target: Target): Record<string, string> {
  const sub = randomUUID();
  const exp = Math.floor(Date.now() / 1000) + 600;
  const sound = { sub, role: 'authenticated', aud: 'authenticated', exp, session_id: randomUUID() };
  const without = (claim: keyof typeof sound) =>
    Object.fromEntries(Object.entries(sound).filter(([name]) => name !== claim));
  const claims: Record<string, object> = {
    'without an end': without('exp'),
    'without an audience': without('aud'),
    'without a role': without('role'),
    'for another audience': { ...sound, aud: 'somebody-else' },
    'for a list of audiences': { ...sound, aud: ['authenticated'] },
    'with a list of roles': { ...sound, role: ['authenticated'] },
    'with an object as role': { ...sound, role: {} },
    expired: { ...sound, exp: exp - 3600 },
    'with its end as text': { ...sound, exp: String(exp) },
    'not yet valid': { ...sound, nbf: exp },
  };
  for (const role of [
    'postgres',
    'supabase_admin',
    'authenticator',
    'supabase_auth_admin',
    'pg_read_all_data',
    '',
  ]) {
    claims[`with the role "${role}"`] = { ...sound, role };
  }
  const header = { alg: 'HS256', typ: 'JWT' };
  return {
    ...Object.fromEntries(Object.entries(claims).map(([name, it]) => [name, target.forge(it)])),
    'signed with the publishable key': target.forge(sound, header, target.publishableKey),
    'signed with nothing': target.forge(sound, header, ''),
    'that says it is not signed': target.forge(sound, { alg: 'none' }),
    'signed in another way': target.forge(sound, { alg: 'HS512' }),
    'of two parts': target.forge(sound).split('.').slice(0, 2).join('.'),
    'of four parts': `${target.forge(sound)}.x`,
    'that is none': 'x',
  };
}

export const door: Door = {
  name: 'A token that is not sound opens nothing, whoever signed it',
  async attempt(target) {
    const tokens = Object.entries(unsound(target));
    for (const [kind, token] of tokens) {
      for (const [method, path, body] of WAYS) {
        const answer = await target.sendAs(token, path, { method, body });
        mustBe(`${method} ${path} with a token ${kind}`, answer, 401);
      }
    }
    return `${tokens.length} tokens at ${WAYS.length} places answer 401`;
  },
};
