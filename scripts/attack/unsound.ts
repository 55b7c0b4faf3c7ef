import { randomUUID } from 'node:crypto';
import type { Target } from './target.ts';

/** What an access token of somebody says; nobody signed in for it. */
export function soundClaims() {
  const exp = Math.floor(Date.now() / 1000) + 600;
  const [sub, session] = [randomUUID(), randomUUID()];
  return { sub, role: 'authenticated', aud: 'authenticated', exp, session_id: session };
}

const ROLES = [
  'postgres',
  'supabase_admin',
  'authenticator',
  'supabase_auth_admin',
  'pg_read_all_data',
  '',
];

/** Tokens that nobody should believe, most of them though they are signed with the real secret. */
export function unsoundTokens(target: Target): Record<string, string> {
  const sound = soundClaims();
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
    expired: { ...sound, exp: sound.exp - 3600 },
    'with its end as text': { ...sound, exp: String(sound.exp) },
    'not yet valid': { ...sound, nbf: sound.exp },
    ...Object.fromEntries(ROLES.map((role) => [`with the role "${role}"`, { ...sound, role }])),
  };
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
