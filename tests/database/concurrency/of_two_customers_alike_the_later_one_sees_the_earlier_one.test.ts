import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../harness/database.ts';
import { Races } from './race.ts';

let database: TestDatabase;
let races: Races;

beforeAll(async () => {
  database = await cloneDatabase('namesakes');
  races = await Races.open(database);
});

afterAll(() => database.drop());

test('of two customers who are made alike at once the later one knows the earlier one', async () => {
  const first = await database.asUser('sales@acme.test');
  const second = await database.asUser('manager@acme.test');
  const earlier = await races.made(`tests.customer('Kilimani Mini Mart')`);
  const later = await races.made(`tests.customer('Westlands Wholesalers')`);
  const dial = (customer: string) =>
    `update customers set phone = '0799 121 212' where id = '${customer}' returning id`;
  await first.query('begin');
  await first.one(dial(earlier));
  const answer = second.one(dial(later));
  await Promise.race([races.untilWaiting(second), answer]);
  await first.query('commit');
  await answer;
  expect(
    await second.query(
      'select customer_id, similar_id, same, acknowledged_by from similar_customers',
    ),
  ).toEqual([{ customer_id: later, similar_id: earlier, same: ['phone'], acknowledged_by: null }]);
});
