import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../harness/database.ts';
import { Races, times } from './race.ts';

let database: TestDatabase;
let races: Races;
/** With 3,000 in cash. */
let trip: string;
const made = (expression: string) => races.made(expression);

beforeAll(async () => {
  database = await cloneDatabase('spent_once');
  races = await Races.open(database);
  const order = await made(`tests.allocated('Kilimani Mini Mart', 'COL-300', 10)`);
  trip = await made(`tests.on_the_road(array['${order}'::uuid])`);
  await made(`tests.deliver('${order}', 10, null, '[]', '{"method": "cash", "amount": 3000}')`);
});

afterAll(() => database.drop());

const category = (name: string) =>
  made(
    `(select id from expense_categories where name = '${name}' and tenant_id = tests.tenant('acme'))`,
  );

/** What the driver says he spent of the cash. */
async function spent(...amounts: number[]): Promise<string[]> {
  const driver = await database.asUser('driver@acme.test');
  const category_id = await category('Fuel');
  const expenses: string[] = [];
  for (const total of amounts) {
    const told = { trip_id: trip, category_id, total };
    expenses.push((await driver.rpc<{ id: string }>('record_trip_expense', told)).id);
  }
  return expenses;
}

test('an expense that a phone tells twice is one', async () => {
  const told = {
    trip_id: trip,
    category_id: await category('Toll'),
    total: 20,
    idempotency_key: await made('gen_random_uuid()'),
  };
  expect(await races.at('trips', trip, times(3, ['driver', 'record_trip_expense', told]))).toEqual({
    ok: 3,
  });
  expect(await races.number(`(select count(*) from expenses where trip_id = '${trip}')`)).toBe(1);
});

test('of expenses that are approved at once no more is spent than the trip took', async () => {
  const expenses = await spent(2000, 1900, 1800);
  expect(
    await races.at(
      'trips',
      trip,
      expenses.map((expense_id) => ['finance', 'approve_expense', { expense_id }]),
    ),
  ).toEqual({ ok: 1, expense_exceeds_cash: 2 });
});

test('an expense and the counting of its cash come one after the other, and the equation closes', async () => {
  const [expense_id] = await spent(500);
  const driver = await database.asUser('driver@acme.test');
  const { id: settlement_id, spent: before } = await driver.rpc<{ id: string; spent: number }>(
    'submit_settlement',
    { trip_id: trip, handed_in: 500 },
  );
  const answers = await races.at('trips', trip, [
    ['finance', 'approve_settlement', { settlement_id, counted: 500 }],
    ['manager', 'approve_expense', { expense_id }],
  ]);
  expect(answers).toEqual({ ok: 2 });
  // Either it was counted as spent, or the driver made up for it and is paid back.
  expect(
    await made(`(select array[s.billed = s.counted + s.spent + s.other_money + s.on_credit - s.difference,
       (s.spent = ${before} + 500) = (e.status = 'paid'), (s.spent = ${before}) = (e.paid_by = 'person'), s.difference = 500 + s.spent - 3000]
       from settlements s, expenses e where s.id = '${settlement_id}' and e.id = '${expense_id}')`),
  ).toBe('{t,t,t,t}');
});
