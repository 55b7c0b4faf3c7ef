import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../harness/database.ts';
import { Races } from './race.ts';

let database: TestDatabase;
let races: Races;

beforeAll(async () => {
  database = await cloneDatabase('interest_once');
  races = await Races.open(database);
});

afterAll(() => database.drop());

test('workers that count the interest of a month at once charge it once', async () => {
  const admin = await database.asAdmin();
  await races.made(`tests.invoiced('Kilimani Mini Mart', 'COL-300', 1)`);
  await admin.query(
    `update public.invoices set issued_on = '2020-01-01', due_on = '2020-01-31' where tenant_id = tests.tenant('acme') and number is not null`,
  );
  await admin.query(
    `update public.tenant_settings set business_rules = business_rules || '{"invoices.interest": {"percent": 2, "per": "month", "from": "2020-01-01"}}'
     where tenant_id = tests.tenant('acme')`,
  );
  const workers = await Promise.all([1, 2, 3].map(() => database.asAdmin()));
  const charged = await Promise.all(
    workers.map((worker) => worker.one<{ n: string }>(`select private.charge_interest() as n`)),
  );
  expect(charged.map(({ n }) => Number(n)).sort()).toEqual([0, 0, 1]);
  expect(
    await races.number(`(select count(*) from invoices where interest_of_id is not null)`),
  ).toBe(1);
});
