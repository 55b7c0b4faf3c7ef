import { createHmac } from 'node:crypto';
import type { Session } from '../../harness/database.ts';

/** The secrets of an API that a test starts by itself. */
export const SECRETS = {
  databasePassword: 'not used by what is tested here',
  jwtSecret: 'a secret that is long enough for HMAC, and only for tests',
  publishableKey: 'sb_publishable_for_tests',
  secretKey: 'sb_secret_for_tests',
};

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** An access token of a person, good for ten minutes while his session lasts. */
export function tokenFor(sub: string, email = ''): string {
  const exp = Date.now() / 1000 + 600;
  const claims = { sub, email, role: 'authenticated', aud: 'authenticated', exp, session_id: sub };
  const signed = `${part({ alg: 'HS256' })}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', SECRETS.jwtSecret).update(signed).digest('base64url')}`;
}

/** Opens the session that `tokenFor` speaks of, for an account that may have to be made first. */
export async function openSession(admin: Session, sub: string): Promise<void> {
  await admin.query(
    `insert into auth.users (id, aud, role) values ($1, 'authenticated', 'authenticated') on conflict (id) do nothing`,
    [sub],
  );
  await admin.query('insert into auth.sessions (id, user_id) values ($1, $1)', [sub]);
}
