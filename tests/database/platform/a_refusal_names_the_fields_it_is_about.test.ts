import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../harness/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.drop());

/** The detail of the refusal that a command of somebody meets. */
async function detailOf(
  person: string,
  command: string,
  args: Record<string, unknown>,
): Promise<unknown> {
  const session = await database.asUser(person);
  const refusal: unknown = await session.rpc(command, args).catch((cause: unknown) => cause);
  if (!(refusal instanceof pg.DatabaseError)) throw new Error(`${command} was not refused.`);
  return JSON.parse(refusal.detail ?? '');
}

test('a payment names what is wrong with it and nothing else', async () => {
  const sales = await database.asUser('sales@acme.test');
  const customer = await sales.one<{ id: string }>(
    `select id from customers where name = 'Kilimani Mini Mart'`,
  );
  const pay = (more: Record<string, unknown>) =>
    detailOf('sales@acme.test', 'record_payment', {
      customer_id: customer.id,
      method: 'cash',
      amount: 100,
      ...more,
    });
  expect(await pay({ amount: 1.005 })).toEqual({ amount: 1.005 });
  expect(await pay({ amount: null })).toEqual({ amount: null });
  expect(Object.keys((await pay({ reference: 'x'.repeat(81) })) as object)).toEqual(['reference']);
  expect(Object.keys((await pay({ method: 'credit_note', amount: 0 })) as object).sort()).toEqual([
    'amount',
    'method',
  ]);
});

test('a reason that is missing is named by its argument', async () => {
  const sales = await database.asUser('sales@acme.test');
  const order = await sales.rpc<{ id: string }>('create_order', {
    ...(await sales.one(
      `select c.id as customer_id, w.id as warehouse_id from customers c, warehouses w
       where c.name = 'Kilimani Mini Mart' and w.code = 'NBO'`,
    )),
    lines: [
      {
        ...(await sales.one(`select id as product_id from products where sku = 'COL-300'`)),
        quantity: 1,
      },
    ],
    submit: true,
  });
  expect(
    await detailOf('manager@acme.test', 'reject_order', { order_id: order.id, reason: ' ' }),
  ).toEqual({ reason: 'required' });
});

test('a rule of the company is named as it is kept', async () => {
  const session = await database.asUser('owner@acme.test');
  const refusal: unknown = await session
    .query(
      `update tenant_settings set business_rules = business_rules || '{"orders.amend_tolerance_percent": -1}'`,
    )
    .catch((cause: unknown) => cause);
  expect(JSON.parse((refusal as pg.DatabaseError).detail ?? '')).toEqual({
    'business_rules.orders.amend_tolerance_percent': 'not a value that this rule can have',
  });
});
