import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../harness/database.ts';
import { Races, times } from './race.ts';

let database: TestDatabase;
let races: Races;
let order: string;
let trip: string;

beforeAll(async () => {
  database = await cloneDatabase('codes_at_once');
  races = await Races.open(database);
  const admin = await database.asUser('admin@acme.test');
  await admin.rpc('choose_notice', { event: 'order.code', is_on: true });
  order = await races.made(`tests.allocated('Kilimani Mini Mart', 'COL-300', 1)`);
  trip = await races.made(`tests.on_the_road(array['${order}'::uuid])`);
});

afterAll(() => database.drop());

const tries = () =>
  races.number(
    `(select count(distinct place) from delivery_code_tries where order_id = '${order}')`,
  );
const told = { order_id: '', code: '123456' };

test('two codes that are entered at once count twice, and of many no more than five are tried', async () => {
  told.order_id = order;
  expect(await races.at('trips', trip, times(2, ['driver', 'enter_delivery_code', told]))).toEqual({
    ok: 2,
  });
  expect(await tries()).toBe(2);
  expect(
    await races.at('trips', trip, [
      ...times(3, ['driver', 'enter_delivery_code', told]),
      ...times(3, ['dispatcher', 'enter_delivery_code', told]),
    ]),
  ).toEqual({ ok: 3, delivery_code_tries_used: 3 });
  expect(await tries()).toBe(5);
});

test('of codes that are asked for at once five are made', async () => {
  expect(
    await races.at(
      'orders',
      order,
      times(7, ['dispatcher', 'send_delivery_code', { order_id: order }]),
    ),
  ).toEqual({ ok: 5, delivery_codes_used: 2 });
});
