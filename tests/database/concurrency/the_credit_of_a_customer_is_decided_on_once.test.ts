import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../harness/database.ts';
import { Races, type Attempt } from './race.ts';

let database: TestDatabase;
let races: Races;

beforeAll(async () => {
  database = await cloneDatabase('credit_once');
  races = await Races.open(database);
});

afterAll(() => database.drop());

test('of two people who review the credit of a customer the second one is told of the first', async () => {
  const customer_id = await races.made(`tests.customer('Kilimani Mini Mart')`);
  const version = await races.number(`(select version from customers where id = '${customer_id}')`);
  const review = (person: string, new_limit: number): Attempt => [
    person,
    'review_credit',
    {
      customer_id,
      outcome: 'change_limit',
      note: 'Looked at',
      new_limit,
      expected_version: version,
    },
  ];
  expect(
    await races.at('customers', customer_id, [review('manager', 123456), review('admin', 654321)]),
  ).toEqual({ ok: 1, version_conflict: 1 });
  expect(
    await races.number(
      `(select count(*) from credit_reviews r join customers c on c.id = r.customer_id and c.credit_limit = r.limit_after)`,
    ),
  ).toBe(1);
});
