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
  await database.end();
  await stop();
});

async function signIn(email: string, password = PASSWORD) {
  const answer = await fetch(`${stack.url}/auth/v1/token?grant_type=password`, {
    method: 'POST',
    headers: { apikey: stack.publishableKey, 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  const headers = [...answer.headers].filter(([name]) => name !== 'date');
  const text = await answer.text();
  return {
    status: answer.status,
    body: JSON.parse(text) as Record<string, unknown>,
    all: { status: answer.status, headers, text },
  };
}

async function sessions(email: string): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    `select count(*)::integer from auth.sessions s join auth.users u on u.id = s.user_id where u.email = $1`,
    [email],
  );
  return rows[0]?.count ?? NaN;
}

test('ten wrong passwords close an account even to the right one, and nobody else’s', async () => {
  const email = 'viewer@acme.test';
  for (let attempt = 1; attempt <= 10; attempt += 1) {
    const { status, body } = await signIn(
      attempt % 2 ? email : ' Viewer@ACME.test',
      'wrong-pass-1',
    );
    expect([attempt, status, body['error_code']]).toEqual([attempt, 400, 'invalid_credentials']);
  }
  // Neither the account nor the password is given away: all three are told the same, to the byte.
  const { all: unknown } = await signIn('nobody@acme.test', 'wrong-pass-1');
  expect(unknown).toMatchObject({ status: 400 });
  expect((await signIn(email)).all).toEqual(unknown);
  expect((await signIn(email, 'wrong-pass-1')).all).toEqual(unknown);
  expect(await sessions(email)).toBe(0);
  expect(await signIn('auditor@acme.test')).toMatchObject({ status: 200 });
  await database.query(
    `update private.sign_in_failures set failed_at = failed_at - interval '5 minutes'`,
  );
  expect(await signIn(email)).toMatchObject({ status: 200 });
  expect(await sessions(email)).toBe(1);
});

test('nobody is told of an address that has no account', async () => {
  const known = await signIn('finance@acme.test', 'wrong-pass-1');
  const unknown = await signIn('nobody@acme.test', 'wrong-pass-1');
  expect(unknown.all).toEqual(known.all);
});

/** Lets the hook answer something else for the rest of the test. */
async function withHook(body: string, work: () => Promise<void>) {
  const name = 'private.hook_password_verification_attempt';
  const { rows } = await database.query<{ definition: string }>(
    `select pg_get_functiondef('${name}'::regproc) as definition`,
  );
  await database.query(
    `create or replace function ${name}(event jsonb) returns jsonb language plpgsql security definer set search_path = ''
     as $$ begin ${body} end $$`,
  );
  try {
    await work();
  } finally {
    await database.query(rows[0]?.definition ?? '');
  }
}

test('what the hook rejects is not signed in, and signed out everywhere if it says so', async () => {
  const email = 'finance@globex.test';
  expect(await signIn(email)).toMatchObject({ status: 200 });
  await withHook(`return '{"decision": "reject", "message": "Not today."}';`, async () => {
    expect(await signIn(email)).toMatchObject({
      status: 400,
      body: { code: 400, error_code: 'invalid_credentials', msg: 'Not today.' },
    });
    expect(await sessions(email)).toBe(1);
  });
  const everywhere = `return '{"decision": "reject", "should_logout_user": true}';`;
  await withHook(everywhere, async () => {
    expect(await signIn(email)).toMatchObject({ status: 400 });
    expect(await sessions(email)).toBe(0);
  });
});

test('the hook hears who tried and whether it was right', async () => {
  const { rows } = await database.query<{ id: string }>(
    `select id from auth.users where email = 'manager@globex.test'`,
  );
  const told = `return jsonb_build_object('error', jsonb_build_object('http_code', 418, 'message', event::text));`;
  await withHook(told.replaceAll('jsonb_', 'pg_catalog.jsonb_'), async () => {
    for (const [password, valid] of [
      [PASSWORD, true],
      ['wrong-pass-1', false],
    ] as const) {
      const { status, body } = await signIn('manager@globex.test', password);
      expect(status).toBe(418);
      expect(JSON.parse(String(body['msg']))).toEqual({ user_id: rows[0]?.id, valid });
    }
  });
});

test('a hook that fails lets nobody in', async () => {
  const email = 'sales@globex.test';
  await withHook(`raise exception 'broken';`, async () => {
    expect(await signIn(email)).toMatchObject({ status: 500 });
    expect(await sessions(email)).toBe(0);
  });
  expect(await signIn(email)).toMatchObject({ status: 200 });
});
