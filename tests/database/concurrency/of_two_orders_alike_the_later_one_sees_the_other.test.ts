import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../harness/database.ts';
import { Races, times } from './race.ts';

let database: TestDatabase;
let races: Races;

beforeAll(async () => {
  database = await cloneDatabase('alike');
  races = await Races.open(database);
});

afterAll(() => database.drop());

test('of three orders alike that are submitted at once each later one knows the earlier ones', async () => {
  const customer = await races.made(`tests.customer('Westlands Wholesalers')`);
  const answers = await races.at(
    'public.customers',
    customer,
    times(3, [
      'sales',
      'create_order',
      {
        customer_id: customer,
        warehouse_id: await races.made('tests.depot()'),
        lines: JSON.parse(await races.made(`tests.lines('COL-300', 17)`)),
        submit: true,
      },
    ]),
  );
  expect(answers).toEqual({ ok: 3 });
  expect(await races.number('(select count(*) from similar_orders)')).toBe(3);
  expect(await races.number('(select count(distinct order_id) from similar_orders)')).toBe(2);
});
