import { expect, test } from 'vitest';
import { as, type Client } from './client.ts';

const customer = (): Promise<Client> => as('customer@acme.test');

test.each([
  'customers?select=notes,status_reason,sales_rep_id,edited_by',
  'customers?select=name',
  'orders?select=notes,customers(notes,credit_limit)',
  'invoices?select=*',
  'credit_notes?select=reason',
  'payments?select=note,received_by',
  'products?select=*',
  'product_costs?select=cost_price',
  'tenant_settings?select=business_rules,tenants(name)',
  'tenants?select=*',
  'role_permissions?select=*',
  'role_ranks?select=*',
  'permissions?select=*',
  'message_texts?select=*',
  'warehouses?select=*',
  'memberships?select=*&role=neq.customer',
])('%s answers no row', async (query) => {
  const { status, body } = await (await customer()).ask<unknown[]>(`/rest/v1/${query}`);
  expect({ status, body }).toEqual({ status: 200, body: [] });
});

test('his own membership leads to no row of the company', async () => {
  const [row] = await (
    await customer()
  ).rows(
    'memberships?select=role,customers!memberships_tenant_id_customer_id_fkey(name),tenants(name)',
  );
  expect(row).toEqual({ role: 'customer', customers: null, tenants: null });
});

test('a list can be neither counted nor added up', async () => {
  const { body } = await (
    await customer()
  ).rpc('summarise_list', { list: 'orders', sums: ['total'] });
  expect(body).toEqual([{ value: null, rows: 0, totals: { total: 0 }, is_partial: false }]);
});

test('nothing lies in storage for him, and he stores nothing', async () => {
  const client = await customer();
  for (const bucket of ['attachments', 'imports', 'proofs']) {
    const listed = await client.ask<unknown[]>(`/storage/v1/object/list/${bucket}`, {
      body: { prefix: '', limit: 100 },
    });
    expect(listed).toMatchObject({ status: 200, body: [] });
  }
});

test('his own account is told to him', async () => {
  const { status, body } = await (await customer()).rpc('my_account');
  expect(status).toBe(200);
  expect(body).toMatchObject({ customer: { name: 'Mama Njeri Shop' }, can_order: true });
  const session = await (await customer()).rpc('my_session');
  expect(session.body).toMatchObject({
    permissions: ['account.order', 'account.tell', 'account.view'],
    tenant: { settings: { terminology: {} } },
  });
  expect(JSON.stringify(session.body)).not.toContain('business_rules');
});

test('an account of a colleague is nobody’s', async () => {
  for (const email of ['owner@acme.test', 'sales@acme.test', 'super@mzigo.test']) {
    expect(await (await as(email)).rpc('my_account')).toMatchObject({ status: 403 });
  }
});
