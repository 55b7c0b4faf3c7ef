import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { doors } from '../../scripts/attack/doors.ts';
import { Target } from '../../scripts/attack/target.ts';
import { startTestStack, type TestStack } from '../harness/stack.ts';

let stack: TestStack;
let stop: () => Promise<void>;
let database: pg.Client;
let accounts: string;

const count = async (query: string) => {
  const { rows } = await database.query<{ count: string }>(query);
  return rows[0]?.count ?? '';
};
const ACCOUNTS = 'select count(*) from auth.users';

beforeAll(async () => {
  ({ stack, stop } = await startTestStack());
  database = new pg.Client(stack.superuserUrl);
  await database.connect();
  accounts = await count(ACCOUNTS);
});

afterAll(async () => {
  await database?.end();
  await stop();
});

test.each(doors)('$name', async ({ attempt }) => {
  const target = new Target(stack);
  await expect(attempt(target)).resolves.toBeTypeOf('string');
  target.close();
});

test('nothing that was tried made an account or set a code', async () => {
  expect(await count(ACCOUNTS)).toBe(accounts);
  const codes = await count(
    `select count(*) from auth.users where coalesce(recovery_token, '') <> '' or coalesce(confirmation_token, '') <> ''`,
  );
  expect(codes).toBe('0');
});

test('a sign-in that succeeds leaves nothing to count', async () => {
  await database.query('delete from private.proof_attempts');
  const target = new Target(stack);
  await target.signIn('sales@acme.test');
  expect(await count('select count(*) from private.proof_attempts')).toBe('0');
  await target.tryPassword('sales@acme.test', 'wrong-pass-1');
  expect(await count('select count(*) from private.proof_attempts')).toBe('1');
  target.close();
});
