import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../harness/database.ts';
import { type Attempt, Races } from './race.ts';

let database: TestDatabase;
let races: Races;

beforeAll(async () => {
  database = await cloneDatabase('van_sales');
  races = await Races.open(database);
});

afterAll(() => database.drop());

test('two phones sell from one van at the same moment: no more than is free, and one receipt is one sale', async () => {
  const order = await races.made(`tests.allocated('Kilimani Mini Mart', 'COL-300', 3)`);
  const trip_id = await races.made(
    `tests.on_the_road_with(array['${order}']::uuid[], tests.lines('COL-300', 5))`,
  );
  const lines = JSON.parse(await races.made(`tests.lines('COL-300', 2)`)) as unknown;
  const customer_id = await races.made(`tests.customer('Kilimani Mini Mart')`);
  const sale = (receipt: string): Attempt => [
    'driver',
    'sell_from_van',
    { trip_id, lines, customer_id, receipt, payment: { method: 'cash', amount: 100 } },
  ];
  expect(await races.at('trips', trip_id, [sale('A'), sale('A'), sale('A')])).toEqual({
    ok: 1,
    order_reference_taken: 2,
  });
  expect(await races.at('trips', trip_id, [sale('B'), sale('C'), sale('D'), sale('E')])).toEqual({
    ok: 1,
    van_stock_short: 3,
  });
  expect(await races.number(`tests.stock('COL-300', tests.van())`)).toBe(4);
});
