import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../harness/database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await cloneDatabase('default_views');
});

afterAll(() => database.drop());

test('of two views that become the default at the same moment one stays', async () => {
  const first = await database.asUser('sales@acme.test');
  const second = await database.asUser('sales@acme.test');
  const admin = await database.asAdmin();
  await first.query(
    `insert into list_views (list, name) values ('/orders', 'A'), ('/orders', 'B')`,
  );
  const makeDefault = (name: string): [string, string[]] => [
    `update list_views set is_default = true where name = $1`,
    [name],
  ];

  await first.query('begin');
  await first.query(...makeDefault('A'));
  let isDone = false;
  const { pid } = await second.one<{ pid: number }>('select pg_backend_pid() as pid');
  const later = second.query(...makeDefault('B')).then(() => (isDone = true));
  const isWaiting = async () =>
    (
      await admin.query(
        `select from pg_stat_activity where pid = $1 and wait_event_type = 'Lock'`,
        [pid],
      )
    ).length > 0;
  while (!isDone && !(await isWaiting()));
  await first.query('commit');
  await later;

  expect(await first.query(`select name from list_views where is_default`)).toEqual([
    { name: 'B' },
  ]);
});
