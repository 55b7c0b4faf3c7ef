import { createHmac } from 'node:crypto';

/** The secrets of an API that a test starts by itself. */
export const SECRETS = {
  databasePassword: 'not used by what is tested here',
  jwtSecret: 'a secret that is long enough for HMAC, and only for tests',
  publishableKey: 'sb_publishable_for_tests',
  secretKey: 'sb_secret_for_tests',
};

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** An access token of a person, good for ten minutes. */
export function tokenFor(sub: string, email = ''): string {
  const claims = { sub, email, role: 'authenticated', exp: Date.now() / 1000 + 600 };
  const signed = `${part({ alg: 'HS256' })}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', SECRETS.jwtSecret).update(signed).digest('base64url')}`;
}
