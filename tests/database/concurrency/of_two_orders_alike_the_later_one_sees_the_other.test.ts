import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../harness/database.ts';
import { Races } from './race.ts';

let database: TestDatabase;
let races: Races;

beforeAll(async () => {
  database = await cloneDatabase('alike');
  races = await Races.open(database);
});

afterAll(() => database.drop());

test('of two orders alike that are submitted at once the later one knows the earlier one', async () => {
  const first = await database.asUser('sales@acme.test');
  const second = await database.asUser('manager@acme.test');
  const order = {
    customer_id: await races.made(`tests.customer('Westlands Wholesalers')`),
    warehouse_id: await races.made('tests.depot()'),
    lines: JSON.parse(await races.made(`tests.lines('COL-300', 17)`)),
    submit: true,
  };
  await first.query('begin');
  const { id: earlier } = await first.rpc<{ id: string }>('create_order', order);
  const answer = second.rpc<{ id: string }>('create_order', order);
  await Promise.race([races.untilWaiting(second), answer]);
  await first.query('commit');
  const { id: later } = await answer;
  expect(
    await second.query('select order_id, similar_id, acknowledged_by from similar_orders'),
  ).toEqual([{ order_id: later, similar_id: earlier, acknowledged_by: null }]);
});
