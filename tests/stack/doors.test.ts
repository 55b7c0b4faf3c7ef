import { createHmac } from 'node:crypto';
import { request } from 'node:http';
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

interface Sent {
  method?: string;
  headers?: Record<string, string>;
  body?: unknown;
}

/** One request, its target written exactly as given: `fetch` would tidy it up. */
function send(path: string, { method = 'GET', headers = {}, body }: Sent = {}) {
  const { hostname, port } = new URL(stack.url);
  const text = body === undefined ? undefined : JSON.stringify(body);
  return new Promise<{ status: number; headers: Record<string, unknown>; body: unknown }>(
    (resolve, reject) => {
      const sent = request(
        {
          hostname,
          port,
          method,
          path,
          headers: {
            apikey: stack.publishableKey,
            ...(text === undefined
              ? {}
              : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
            ...headers,
          },
        },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('end', () => {
            let read: unknown = Buffer.concat(chunks).toString();
            try {
              read = JSON.parse(String(read));
            } catch {
              // No JSON.
            }
            resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: read });
          });
        },
      );
      sent.on('error', reject);
      sent.end(text);
    },
  );
}

const signIn = async (
  email: string,
  password = PASSWORD,
  path = '/auth/v1/token?grant_type=password',
) => send(path, { method: 'POST', body: { email, password } });

async function tokenOf(email: string): Promise<string> {
  const { body } = await signIn(email);
  return (body as { access_token: string }).access_token;
}

function forge(claims: object, key: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
}

test('no spelling of a closed path sets a code or makes an account', async () => {
  const before = await database.query('select count(*) from auth.users');
  for (const name of [
    '%72ecover',
    '%6dagiclink',
    '%6ftp',
    '%73ignup',
    'recover',
    'otp',
    'verify',
  ]) {
    const body = { email: 'owner@acme.test', create_user: true, password: 'long-enough-2026' };
    const answer = await send(`/auth/v1/${name}`, { method: 'POST', body });
    expect({ name, status: answer.status }).toEqual({ name, status: 404 });
    await send(`/auth/v1/${name}`, { method: 'POST', body: { ...body, email: 'me@example.test' } });
  }
  expect((await database.query('select count(*) from auth.users')).rows).toEqual(before.rows);
  const codes = await database.query(
    `select from auth.users where coalesce(recovery_token, '') <> '' or coalesce(confirmation_token, '') <> ''`,
  );
  expect(codes.rowCount).toBe(0);
});

test('thirty wrong passwords close an address, however the way to them is written', async () => {
  const spellings = [
    '/auth/v1/token?grant_type=password',
    '/auth/v1/token?grant_type=%70assword',
    '/auth/v1/%74oken?grant_type=password',
  ];
  for (let attempt = 0; attempt < 30; attempt += 1) {
    // Many accounts, so that none of them is closed by itself.
    const { status } = await signIn(
      `nobody-${attempt}@acme.test`,
      'wrong-pass-1',
      spellings[attempt % 3],
    );
    expect({ attempt, status }).toEqual({ attempt, status: 400 });
  }
  for (const spelling of spellings) {
    const closed = await signIn('sales@acme.test', PASSWORD, spelling);
    expect(closed.status).toBe(429);
    expect(Number(closed.headers['retry-after'])).toBeGreaterThan(0);
  }
  // Told by nobody but the address itself: a header does not make it another one.
  const headers = { 'x-forwarded-for': '192.0.2.7', 'cf-connecting-ip': '192.0.2.8' };
  const disguised = await send('/auth/v1/token?grant_type=password', {
    method: 'POST',
    headers,
    body: { email: 'sales@acme.test', password: PASSWORD },
  });
  expect(disguised.status).toBe(429);
  await database.query('delete from private.proof_attempts');
  expect((await signIn('sales@acme.test')).status).toBe(200);
  const { rows } = await database.query('select from private.proof_attempts');
  expect(rows).toEqual([]);
});

test('links of mails are guessed thirty times, not more', async () => {
  const guess = (token: string) =>
    send('/rest/v1/rpc/reset_password', {
      method: 'POST',
      body: { token, password: 'a-good-password-1' },
      headers: { 'cf-connecting-ip': `192.0.2.${token.length}` },
    });
  for (let attempt = 0; attempt < 30; attempt += 1) {
    expect((await guess('x'.repeat(attempt))).status).toBe(409);
  }
  const rests = await guess('one more');
  expect(rests).toMatchObject({ status: 429, body: { message: 'proof_rests' } });
  expect(Number(rests.headers['retry-after'])).toBeGreaterThan(0);
  await database.query('delete from private.proof_attempts');
});

test('a token that is not sound is refused everywhere with 401, whoever signed it', async () => {
  const sub = '01a00000-0000-7000-8000-000000000000';
  const exp = Math.floor(Date.now() / 1000) + 600;
  const sound = { sub, role: 'authenticated', aud: 'authenticated', exp, session_id: sub };
  const { exp: _exp, ...endless } = sound;
  const { aud: _aud, ...addressless } = sound;
  const { role: _role, ...roleless } = sound;
  const odd = {
    endless,
    addressless,
    roleless,
    'of another service': { ...sound, aud: 'somebody-else' },
    'for a list': { ...sound, aud: ['authenticated'] },
    ...Object.fromEntries(
      ['postgres', 'supabase_admin', 'authenticator', 'supabase_auth_admin', ''].map((role) => [
        `role ${role}`,
        { ...sound, role },
      ]),
    ),
    'role as a list': { ...sound, role: ['authenticated'] },
    'role as an object': { ...sound, role: {} },
    expired: { ...sound, exp: exp - 3600 },
    'exp as text': { ...sound, exp: String(exp) },
    // Everything about it is right but that nobody ever signed in for it.
    'of no session': sound,
  };
  const key = stack.jwtSecret;
  const ways: [string, string, unknown?][] = [
    ['GET', '/rest/v1/orders'],
    ['GET', '/rest/v1/orders?select=id,status->x'],
    ['POST', '/rest/v1/rpc/my_session', {}],
    ['POST', '/rest/v1/customers', {}],
    ['GET', '/auth/v1/user'],
    ['POST', '/auth/v1/logout'],
    ['POST', '/storage/v1/object/list/delivery-proofs', { prefix: '' }],
    ['POST', '/functions/v1/send-user-invite', {}],
  ];
  for (const [kind, claims] of Object.entries(odd)) {
    const authorization = `Bearer ${forge(claims, key)}`;
    for (const [method, path, body] of ways) {
      // The edge looks at the token alone, here as on Supabase; what a function reads with it is refused.
      if (kind === 'of no session' && path.startsWith('/functions/')) continue;
      const { status } = await send(path, { method, body, headers: { authorization } });
      // The sign-in service says 403 where there is no such session, as Supabase's does.
      const expected = kind === 'of no session' && path.startsWith('/auth/') ? [403] : [401];
      expect(expected, `${kind}: ${method} ${path} answered ${status}`).toContain(status);
    }
  }
});

test('after signing out the access token is worth nothing', async () => {
  const token = await tokenOf('viewer@acme.test');
  const headers = { authorization: `Bearer ${token}` };
  const ask = async () =>
    Promise.all(
      (
        [
          ['GET', '/rest/v1/orders?select=id&limit=1'],
          ['GET', '/rest/v1/orders?select=id,number,customers(name)&customers.name=like.A*'],
          ['POST', '/rest/v1/rpc/my_session', {}],
          ['GET', '/auth/v1/user'],
          ['POST', '/storage/v1/object/list/delivery-proofs', { prefix: '' }],
        ] as [string, string, unknown?][]
      ).map(async ([method, path, body]) => (await send(path, { method, body, headers })).status),
    );
  expect(await ask()).toEqual([200, 200, 200, 200, 200]);
  expect((await send('/auth/v1/logout?scope=local', { method: 'POST', headers })).status).toBe(204);
  expect(await ask()).toEqual([401, 401, 401, 403, 401]);
});

test.each([
  ['POST', '/storage/v1/object/list/delivery-proofs', { prefix: 'a\u0000b' }],
  ['POST', '/storage/v1/object/list/delivery-proofs', { prefix: '', search: '\u0000' }],
  ['DELETE', '/storage/v1/object/delivery-proofs', { prefixes: ['a\u0000b'] }],
  ['GET', '/storage/v1/object/delivery-proofs/a%00b', undefined],
  ['POST', '/rest/v1/rpc/reset_password', { token: 'a\u0000b', password: 'x' }],
  ['GET', '/rest/v1/orders?number=eq.%00', undefined],
  ['GET', '/rest/v1/orders?number=like.*%00*', undefined],
  ['POST', '/auth/v1/token?grant_type=password', { email: 'a\u0000@acme.test', password: 'x' }],
  ['POST', '/auth/v1/token?grant_type=password', { email: { a: 1 }, password: ['x'] }],
  ['POST', '/auth/v1/token?grant_type=refresh_token', { refresh_token: '\u0000' }],
  ['POST', '/auth/v1/token?grant_type=refresh_token', { refresh_token: 7 }],
  ['POST', '/auth/v1/token?grant_type=refresh_token', 'no object'],
  ['POST', '/functions/v1/send-password-reset', { email: 'a\u0000@acme.test' }],
])('%s %s with %j is refused, not a fault', async (method, path, body) => {
  const headers = { authorization: `Bearer ${await tokenOf('manager@acme.test')}` };
  const { status } = await send(path, { method, body, headers });
  await database.query('delete from private.proof_attempts');
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
});

test.each(['[', 'a:b', 'x:99999', '', '::::', 'evil.example'])(
  'the host "%s" makes no difference',
  async (host) => {
    for (const path of ['/rest/v1/products?select=id,x(y)', '/auth/v1/user', '/health']) {
      const { status } = await send(path, { headers: { host } });
      expect([200, 400, 401, 404]).toContain(status);
    }
  },
);

test('nobody on the way keeps an answer of the API', async () => {
  const headers = { authorization: `Bearer ${await tokenOf('manager@acme.test')}` };
  for (const path of [
    '/rest/v1/orders?limit=1',
    '/rest/v1/orders?select=id,number->x&limit=1',
    '/auth/v1/user',
    '/nothing/rest/v1',
  ].slice(0, 3)) {
    expect((await send(path, { headers })).headers['cache-control'], path).toBe('no-store');
  }
  const rpc = await send('/rest/v1/rpc/my_session', { method: 'POST', body: {}, headers });
  expect(rpc.headers['cache-control']).toBe('no-store');
});
