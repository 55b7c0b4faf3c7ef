import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PASSWORD } from '../harness/people.ts';
import { startTestStack, type TestStack } from '../harness/stack.ts';

let stack: TestStack;
let stop: () => Promise<void>;
let database: pg.Client;

beforeAll(async () => {
  ({ stack, stop } = await startTestStack());
  database = new pg.Client(stack.superuserUrl);
  await database.connect();
});

afterAll(async () => {
  await database?.end();
  await stop();
});

interface Session {
  access_token: string;
  refresh_token: string;
  error_code?: string;
}

async function ask(grant: string, body: object) {
  const answer = await fetch(`${stack.url}/auth/v1/token?grant_type=${grant}`, {
    method: 'POST',
    headers: { apikey: stack.publishableKey, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, headers: answer.headers, ...((await answer.json()) as Session) };
}

const signIn = (email: string) => ask('password', { email, password: PASSWORD });
const renew = (refresh_token: string) => ask('refresh_token', { refresh_token });

test('a session is renewed with its token, and the database has none that could be used', async () => {
  const first = await signIn('sales@acme.test');
  const second = await renew(first.refresh_token);
  expect(second.status).toBe(200);
  expect(second.refresh_token).not.toBe(first.refresh_token);
  expect((await renew(second.refresh_token)).status).toBe(200);
  const { rows } = await database.query<{ token: string; parent: string | null }>(
    'select token, parent from auth.refresh_tokens',
  );
  expect(rows.length).toBeGreaterThanOrEqual(3);
  for (const { token, parent } of rows) {
    expect(token).toMatch(/^sha256:[0-9a-f]{64}$/);
    if (parent !== null) expect(parent).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect((await renew(token)).status).toBe(400);
  }
  for (const name of second.headers.keys()) expect(name).not.toContain('refresh-token');
});

test('two pages that renew one session at the same moment both go on', async () => {
  const { refresh_token } = await signIn('manager@acme.test');
  const [one, other] = await Promise.all([renew(refresh_token), renew(refresh_token)]);
  expect([one.status, other.status]).toEqual([200, 200]);
  expect(other.refresh_token.startsWith('sha256:')).toBe(false);
  expect((await renew(one.refresh_token)).status).toBe(200);
});

test('a token that was used before the last one ends the session', async () => {
  const first = await signIn('finance@acme.test');
  const second = await renew(first.refresh_token);
  const third = await renew(second.refresh_token);
  expect(third.status).toBe(200);
  const stolen = await renew(first.refresh_token);
  expect(stolen).toMatchObject({ status: 400, error_code: 'refresh_token_already_used' });
});

test('what nobody was given renews nothing', async () => {
  expect((await renew('guessed')).status).toBe(400);
});
