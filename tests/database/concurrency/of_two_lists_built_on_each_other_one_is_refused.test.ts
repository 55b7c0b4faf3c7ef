import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../harness/database.ts';
import { meet } from './meet.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await cloneDatabase('lists_on_lists');
});

afterAll(() => database.drop());

test('of two lists that are built on each other at the same moment the second is refused', async () => {
  const first = await database.asUser('manager@acme.test');
  const second = await database.asUser('owner@acme.test');
  const build = `update price_lists l set based_on_id = b.id, based_on_percent = 5
    from price_lists b where l.name = $1 and b.name = $2`;
  expect(
    await meet(
      database,
      [first, build, ['Wholesale', 'Coast']],
      [second, build, ['Coast', 'Wholesale']],
    ),
  ).toBe('price_list_in_a_circle');
  expect(await first.query('select name from price_lists where based_on_id is not null')).toEqual([
    { name: 'Wholesale' },
  ]);
});
