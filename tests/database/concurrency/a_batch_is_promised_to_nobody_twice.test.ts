import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../harness/database.ts';
import { Races, type Attempt } from './race.ts';

let database: TestDatabase;
let races: Races;
const made = (expression: string) => races.made(expression);
const number = (expression: string) => races.number(expression);

beforeAll(async () => {
  database = await cloneDatabase('batches');
  races = await Races.open(database);
  const admin = await database.asAdmin();
  await admin.query(
    `insert into products (tenant_id, sku, name, unit, base_price, tracking) values (tests.tenant('acme'), 'MILK', 'Milk', 'carton', 100, 'batch')`,
  );
});

afterAll(() => database.drop());

/** Milk that came in as two batches, one of which is past its last day. */
async function received(fresh: number, expired: number): Promise<void> {
  const items = `jsonb_build_array(jsonb_build_object('product_id', tests.product('MILK'), 'quantity', ${fresh + expired}, 'batches', jsonb_build_array(
    jsonb_build_object('code', 'FRESH', 'quantity', ${fresh}, 'expires_on', '2199-01-01'), jsonb_build_object('code', 'GONE', 'quantity', ${expired}, 'expires_on', '2020-01-01'))))`;
  const receipt = await made(
    `(select id from tests.sign_in('warehouse@acme.test'), public.create_adjustment(tests.depot(), tests.reason('Found'), ${items}))`,
  );
  for (const [person, step] of [
    ['warehouse', 'submit'],
    ['manager', 'approve'],
    ['warehouse', 'apply'],
  ]) {
    await made(
      `(select id from tests.sign_in('${person}@acme.test'), public.${step}_adjustment('${receipt}'))`,
    );
  }
}

const balance = () =>
  made(
    `(select id from inventory where warehouse_id = tests.depot() and product_id = tests.product('MILK') and condition = 'good')`,
  );
const fresh = () => made(`(select id from batches where code = 'FRESH')`);
const order = (quantity: number) =>
  made(`tests.approved('Kilimani Mini Mart', 'MILK', ${quantity})`);
const allocation = (order_id: string): Attempt => ['dispatcher', 'allocate_order', { order_id }];

test('what has not expired is set aside once, whoever asks at the same time', async () => {
  await received(5, 20);
  const orders = await Promise.all(Array.from({ length: 6 }, () => order(2)));
  const answers = await races.at('inventory', await balance(), orders.map(allocation));
  expect(answers).toEqual({ ok: 2, stock_short: 4 });
  expect(await number(`tests.reserved('MILK')`)).toBe(4);
});

test('an order that waits for a recall sees it', async () => {
  await received(10, 1);
  const order_id = await order(1);
  const manager = await database.asUser('manager@acme.test');
  const dispatcher = await database.asUser('dispatcher@acme.test');
  await manager.query('begin');
  await manager.rpc('block_batch', { batch_id: await fresh(), reason: 'Sour' });
  const answer = dispatcher.rpc('allocate_order', { order_id }).then(
    () => 'ok',
    (error: unknown) => (error as Error).message,
  );
  await races.untilWaiting(dispatcher);
  await manager.query('commit');
  expect(await answer).toBe('stock_short');
});

test('the batches of a balance sum to it, whatever happened at once', async () => {
  expect(
    await number(`(select count(*) from inventory i where i.product_id = tests.product('MILK') and i.on_hand <> (
      select coalesce(sum(s.on_hand), 0) from batch_stock s
      where s.warehouse_id = i.warehouse_id and s.product_id = i.product_id and s.condition = i.condition))`),
  ).toBe(0);
});
