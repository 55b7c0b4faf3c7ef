import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../harness/database.ts';
import { type Attempt, Races, times } from './race.ts';

let database: TestDatabase;
let races: Races;
const made = (expression: string) => races.made(expression);

beforeAll(async () => {
  database = await cloneDatabase('purchases_once');
  races = await Races.open(database);
  const manager = await database.asUser('manager@acme.test');
  await manager.query(`insert into vendors (name) values ('Mills Ltd')`);
});

afterAll(() => database.drop());

const vendor = () => made(`(select id from vendors where name = 'Mills Ltd')`);
const stock = () => races.number(`tests.stock('COL-300', tests.depot('KLF'))`);

async function ordered(...steps: [person: string, step: string][]): Promise<string> {
  const id = await made(
    `(select id from tests.sign_in('warehouse@acme.test'), public.create_purchase_order((select id from vendors where name = 'Mills Ltd'), tests.depot('KLF'),
       jsonb_build_array(jsonb_build_object('product_id', tests.product('COL-300'), 'quantity', 10, 'unit_cost', 3.33))))`,
  );
  for (const [person, step] of steps) {
    await made(
      `(select id from tests.sign_in('${person}@acme.test'), public.${step}_purchase_order('${id}'))`,
    );
  }
  return id;
}

test('parts that come at once are never more than was ordered, and worth it to the cent', async () => {
  const purchase_order_id = await ordered(['warehouse', 'submit'], ['manager', 'approve']);
  const before = await stock();
  const items: unknown = JSON.parse(await made(`tests.lines('COL-300', 4)`));
  const part = { purchase_order_id, items };
  // Three parts of four would be more than the ten, whoever comes first.
  expect(
    await races.at(
      'purchase_orders',
      purchase_order_id,
      times(4, ['warehouse', 'receive_part_purchase_order', part]),
    ),
  ).toEqual({ ok: 2, purchase_exceeds_order: 2 });
  expect(
    await races.at(
      'purchase_orders',
      purchase_order_id,
      times(4, ['warehouse', 'receive_purchase_order', { purchase_order_id }]),
    ),
  ).toEqual({ ok: 1, purchase_order_transition_illegal: 3 });
  expect(await stock()).toBe(before + 10);
  expect(
    await races.number(
      `(select received_total from purchase_orders where id = '${purchase_order_id}')`,
    ),
  ).toBe(33.3);
  expect(
    await races.number(`(select count(*) from private.rebuild_balances_of(tests.tenant('acme')))`),
  ).toBe(0);
});

test('a receipt that is sent twice with one key is one receipt', async () => {
  const purchase_order_id = await ordered(['warehouse', 'submit'], ['manager', 'approve']);
  const before = await stock();
  const items: unknown = JSON.parse(await made(`tests.lines('COL-300', 4)`));
  const again: Attempt = [
    'warehouse',
    'receive_part_purchase_order',
    { purchase_order_id, items, idempotency_key: await made('gen_random_uuid()') },
  ];
  expect(await races.at('purchase_orders', purchase_order_id, times(4, again))).toEqual({ ok: 4 });
  expect(await stock()).toBe(before + 4);
});

test('an order that is called off while its goods come is one or the other', async () => {
  const purchase_order_id = await ordered(['warehouse', 'submit'], ['manager', 'approve']);
  const answers = await races.at('purchase_orders', purchase_order_id, [
    ['manager', 'cancel_purchase_order', { purchase_order_id, reason: 'Late' }],
    ['warehouse', 'receive_purchase_order', { purchase_order_id }],
  ]);
  expect(answers).toEqual({ ok: 1, purchase_order_transition_illegal: 1 });
});

test('what is approved while its vendor is blocked was approved before, or not at all', async () => {
  const purchase_order_id = await ordered(['warehouse', 'submit']);
  const vendor_id = await vendor();
  const answers = await races.at('vendors', vendor_id, [
    ['manager', 'block_vendor', { vendor_id, reason: 'Late' }],
    ['manager', 'approve_purchase_order', { purchase_order_id }],
  ]);
  const status = await races.made(
    `(select status from purchase_orders where id = '${purchase_order_id}')`,
  );
  expect(answers).toEqual(status === 'approved' ? { ok: 2 } : { ok: 1, vendor_blocked: 1 });
});
