import { beforeAll, expect, test } from 'vitest';
import { Client, as, signIn } from './client.ts';
import { invited, joined, tokenFor } from './invitations.ts';

let admin: Client;
let platform: Client;

beforeAll(async () => {
  admin = await as('admin@globex.test');
  platform = await as('super@mzigo.test');
  await platform.command('switch_tenant', {
    tenant_id: (await platform.row('tenants?slug=eq.globex&select=id')).id,
  });
});

test('an invited person reads his mail, chooses a password and signs in', async () => {
  const email = 'joiner@globex.test';
  const token = await invited(admin, email, 'sales');
  const weak = await new Client().rpc('accept_invitation', { token, password: 'short' });
  expect(weak).toMatchObject({ status: 422, body: { message: 'password_too_weak' } });
  const joined = await new Client().rpc('accept_invitation', {
    token,
    password: 'a-good-password-1',
  });
  expect(joined).toMatchObject({ status: 200, body: { email } });
  const again = await new Client().rpc('accept_invitation', { token, password: 'stolen-pass-1' });
  expect(again).toMatchObject({ status: 409, body: { message: 'invitation_not_valid' } });
  const session = await (await as(email, 'a-good-password-1')).rpc('my_session');
  expect(session.body).toMatchObject({ role: 'sales', tenant: { slug: 'globex' } });
  const invitations = await admin.ask('/rest/v1/invitations?select=token_hash');
  expect(invitations.status).toBe(403);
});

test('a forgotten password is set anew by mail, and the old one and its sessions are over', async () => {
  const email = 'forgetter@globex.test';
  const invitation = await invited(admin, email, 'viewer');
  const first = 'a-good-password-1';
  await new Client().rpc('accept_invitation', { token: invitation, password: first });
  const before = await signIn(email, first);
  expect(before.status).toBe(200);
  const asked = await new Client().ask('/functions/v1/send-password-reset', { body: { email } });
  const unknown = await new Client().ask('/functions/v1/send-password-reset', {
    body: { email: 'nobody@globex.test' },
  });
  expect(asked).toMatchObject({ status: 200, body: { sent: true } });
  expect(unknown).toEqual(asked);
  const token = await tokenFor(platform, email, 'password_reset');
  expect(await admin.rows('messages?template=eq.password_reset')).toEqual([]);
  const reset = await new Client().rpc('reset_password', { token, password: 'another-pass-22' });
  expect(reset).toMatchObject({ status: 200, body: { email } });
  const again = await new Client().rpc('reset_password', { token, password: 'another-pass-33' });
  expect(again).toMatchObject({ status: 409, body: { message: 'reset_not_valid' } });
  expect((await signIn(email, first)).status).toBe(400);
  expect((await signIn(email, 'another-pass-22')).status).toBe(200);
  const renewed = await new Client().ask('/auth/v1/token?grant_type=refresh_token', {
    body: { refresh_token: before.body['refresh_token'] },
  });
  expect(renewed.status).toBe(400);
});

test('a person who is demoted or let go is so on his next request', async () => {
  const email = 'leaver@globex.test';
  const leaver = await joined(admin, email, 'sales');
  expect((await leaver.rows('products?select=id')).length).toBeGreaterThan(0);
  const session = await leaver.rpc<{ user: { id: string } }>('my_session');
  const member = await admin.row(`memberships?user_id=eq.${session.body.user.id}&select=*`);

  await admin.command('change_member', { membership_id: member.id, role: 'viewer' });
  const customer = await leaver.row('customers?status=eq.active&limit=1&select=id');
  const renamed = await leaver.ask(`/rest/v1/customers?id=eq.${customer.id}`, {
    method: 'PATCH',
    body: { name: 'Renamed' },
    headers: { prefer: 'return=representation' },
  });
  expect(renamed.body).toEqual([]);
  const created = await leaver.rpc('create_order', {
    customer_id: customer.id,
    warehouse_id: customer.id,
    lines: [],
  });
  expect(created).toMatchObject({ status: 403, body: { message: 'permission_denied' } });

  await admin.command('set_member_status', { membership_id: member.id, status: 'inactive' });
  for (const table of ['products', 'customers', 'orders', 'warehouses', 'tenants']) {
    expect({ table, rows: await leaver.rows(`${table}?select=id`) }).toEqual({ table, rows: [] });
  }
});
