import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { testStack } from '../harness/stack.ts';
import { Client, as, signIn } from './client.ts';

const ROLES = [
  'owner',
  'admin',
  'manager',
  'sales',
  'agent',
  'warehouse',
  'dispatcher',
  'driver',
  'auditor',
  'finance',
  'analyst',
  'viewer',
  'customer',
];

/** What the commands that a visitor tries would need. */
const NIL = '00000000-0000-0000-0000-000000000000';
const ARGUMENTS: Record<string, Record<string, unknown>> = {
  my_session: {},
  create_order: { customer_id: NIL, warehouse_id: NIL, lines: [] },
  process_queue: { queue: 'notifications' },
  issue_password_reset: { email: 'owner@acme.test', token_hash: 'x' },
};

test('every role of both companies signs in and is told who he is', async () => {
  for (const company of ['acme', 'globex']) {
    for (const role of ROLES) {
      const session = await (await as(`${role}@${company}.test`)).rpc('my_session');
      expect(session.body).toMatchObject({ role, tenant: { slug: company } });
    }
  }
  const platform = await (await as('super@mzigo.test')).rpc('my_session');
  expect(platform.body).toMatchObject({ role: 'super_admin', is_super_admin: true });
});

test('a wrong password and an unknown address are told the same', async () => {
  const wrong = await signIn('viewer@acme.test', 'not-the-password-1');
  const unknown = await signIn('nobody@acme.test', 'not-the-password-1');
  expect(wrong.status).toBe(400);
  expect(unknown).toEqual(wrong);
});

test('nobody signs up by himself', async () => {
  for (const path of ['signup', 'otp', 'magiclink', 'recover']) {
    const { status } = await new Client().ask(`/auth/v1/${path}`, {
      body: { email: 'me@example.test', password: 'a-good-password-1' },
    });
    expect({ path, status }).toEqual({ path, status: 404 });
  }
  expect((await signIn('me@example.test', 'a-good-password-1')).status).toBe(400);
});

test('without a token there is nothing to see and nothing to do', async () => {
  const visitor = new Client();
  const tables = ['orders', 'customers', 'products', 'users', 'tenants', 'messages', 'audit_logs'];
  for (const table of [...tables, 'role_permissions', 'container_balances']) {
    const { status, body } = await visitor.ask(`/rest/v1/${table}?limit=1`);
    expect({ table, status, code: body['code'] }).toEqual({ table, status: 401, code: '42501' });
  }
  for (const command of ['my_session', 'create_order', 'process_queue', 'issue_password_reset']) {
    const { status } = await visitor.rpc(command, ARGUMENTS[command]);
    expect({ command, status }).toEqual({ command, status: 401 });
  }
});

test('a token that is broken in any way is refused', async () => {
  const { token } = await as('viewer@acme.test');
  const [head = '', body = '', signature = ''] = (token ?? '').split('.');
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>;
  const forge = (header: unknown, payload: unknown, secret: string) => {
    const text = `${part(header)}.${part(payload)}`;
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
  };
  const broken: Record<string, string> = {
    'no dots': 'nonsense',
    'no signature': `${head}.${body}.`,
    'another signature': `${head}.${body}.${[...signature].reverse().join('')}`,
    'another person': `${head}.${part({ ...claims, sub: '00000000-0000-0000-0000-000000000000' })}.${signature}`,
    'the role of the service': `${head}.${part({ ...claims, role: 'service_role' })}.${signature}`,
    'no algorithm': `${part({ alg: 'none', typ: 'JWT' })}.${body}.`,
    'signed by a stranger': forge({ alg: 'HS256', typ: 'JWT' }, claims, 'a secret of my own'),
    'signed with the public key': forge(
      { alg: 'HS256', typ: 'JWT' },
      { ...claims, role: 'service_role' },
      testStack().publishableKey,
    ),
    'no JSON': `${Buffer.from('x').toString('base64url')}.${body}.${signature}`,
    'four parts': `${token}.x`,
    'ten thousand letters': 'a'.repeat(10_000),
  };
  for (const [how, bad] of Object.entries(broken)) {
    for (const path of ['/rest/v1/orders?limit=1', '/rest/v1/rpc/my_session']) {
      const answer = await new Client(bad).ask(path, path.includes('rpc') ? { body: {} } : {});
      expect({ how, path, status: answer.status }).toEqual({ how, path, status: 401 });
    }
  }
});
