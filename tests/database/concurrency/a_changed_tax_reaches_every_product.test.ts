import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';

let database: TestDatabase;
let manager: Session;
let admin: Session;
let tax: string;

beforeAll(async () => {
  database = await cloneDatabase('taxes');
  manager = await database.asUser('manager@acme.test');
  admin = await database.asUser('admin@acme.test');
  const made = await manager.one<{ id: string }>(
    `insert into taxes (name, percent) values ('VAT', 16) returning id`,
  );
  tax = made.id;
});

afterAll(() => database.drop());

async function isWaiting(session: Session): Promise<() => Promise<boolean>> {
  const watcher = await database.asAdmin();
  const { pid } = await session.one<{ pid: number }>('select pg_backend_pid() as pid');
  return async () =>
    (
      await watcher.query(
        `select from pg_stat_activity where pid = $1 and wait_event_type = 'Lock'`,
        [pid],
      )
    ).length > 0;
}

/** What the first does stays open until the second waits for it, or is through without waiting. */
async function meet(
  first: [Session, string, unknown[]],
  second: [Session, string, unknown[]],
): Promise<void> {
  const waits = await isWaiting(second[0]);
  await first[0].query('begin');
  await first[0].query(first[1], first[2]);
  let isDone = false;
  const later = second[0].query(second[1], second[2]).finally(() => (isDone = true));
  while (!isDone && !(await waits()));
  await first[0].query('commit');
  await later;
}

const rateOf = async (sku: string) =>
  Number(
    (
      await admin.one<{ rate: string }>(`select tax_rate as rate from products where sku = $1`, [
        sku,
      ])
    ).rate,
  );

const bear = (sku: string): [Session, string, unknown[]] => [
  admin,
  `update products set tax_ids = array[$1::uuid] where sku = $2`,
  [tax, sku],
];
const become = (percent: number): [Session, string, unknown[]] => [
  manager,
  `select change_tax($1, 'VAT', $2)`,
  [tax, percent],
];

test('a product that is given a tax while it changes has the new rate', async () => {
  await meet(bear('COL-300'), become(18));
  expect(await rateOf('COL-300')).toBe(18);
  await meet(become(8), bear('ORG-300'));
  expect([await rateOf('COL-300'), await rateOf('ORG-300')]).toEqual([8, 8]);
});

test('a product that bears the tax is changed at the same moment, and neither is lost', async () => {
  await meet(bear('COL-300'), become(10));
  expect(await rateOf('COL-300')).toBe(10);
  await meet(become(12), bear('COL-300'));
  expect(await rateOf('COL-300')).toBe(12);
});
