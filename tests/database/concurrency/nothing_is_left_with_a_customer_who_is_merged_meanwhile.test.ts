import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../harness/database.ts';
import { Races } from './race.ts';

let database: TestDatabase;
let races: Races;

beforeAll(async () => {
  database = await cloneDatabase('merged');
  races = await Races.open(database);
});

afterAll(() => database.drop());

const told = (error: unknown) => (error instanceof Error ? error.message : String(error));
const customer = (name: string) => races.made(`tests.customer('${name}')`);

test('of two who merge the same two customers crosswise one is told that it is done', async () => {
  const first = await database.asUser('manager@acme.test');
  const second = await database.asUser('admin@acme.test');
  const one = await customer('Kilimani Mini Mart');
  const other = await customer('Westlands Wholesalers');
  await first.query('begin');
  await first.rpc('merge_customer', { customer_id: one, into_id: other });
  const answer = second
    .rpc('merge_customer', { customer_id: other, into_id: one })
    .then(() => 'merged', told);
  await Promise.race([races.untilWaiting(second), answer]);
  await first.query('commit');
  expect(await answer).toBe('customer_merged');
});

test('an order that is entered while its customer is merged is refused with the name of the other', async () => {
  const first = await database.asUser('manager@acme.test');
  const second = await database.asUser('sales@acme.test');
  const one = await customer('Java Corner Cafe');
  const order = {
    customer_id: one,
    warehouse_id: await races.made('tests.depot()'),
    lines: JSON.parse(await races.made(`tests.lines('COL-300', 1)`)),
  };
  await first.query('begin');
  await first.rpc('merge_customer', {
    customer_id: one,
    into_id: await customer('Westlands Wholesalers'),
  });
  const answer = second.rpc('create_order', order).then(() => 'entered', told);
  await Promise.race([races.untilWaiting(second), answer]);
  await first.query('commit');
  expect(await answer).toBe('customer_merged');
});

test('an order that was being entered first goes with its customer', async () => {
  const first = await database.asUser('sales@acme.test');
  const second = await database.asUser('manager@acme.test');
  const { id: one } = await second.one<{ id: string }>(
    `select id from customers where status = 'active' and name not in ('Westlands Wholesalers', 'Java Corner Cafe', 'Kilimani Mini Mart') order by code limit 1`,
  );
  const other = await customer('Westlands Wholesalers');
  await first.query('begin');
  const { id } = await first.rpc<{ id: string }>('create_order', {
    customer_id: one,
    warehouse_id: await races.made('tests.depot()'),
    lines: JSON.parse(await races.made(`tests.lines('COL-300', 1)`)),
  });
  const answer = second
    .rpc('merge_customer', { customer_id: one, into_id: other })
    .then(() => 'merged', told);
  await Promise.race([races.untilWaiting(second), answer]);
  await first.query('commit');
  expect(await answer).toBe('merged');
  expect(await second.one('select customer_id from orders where id = $1', [id])).toEqual({
    customer_id: other,
  });
});
