import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../harness/database.ts';
import { Races, times } from './race.ts';

let database: TestDatabase;
let races: Races;
const made = (expression: string) => races.made(expression);

beforeAll(async () => {
  database = await cloneDatabase('earned_once');
  races = await Races.open(database);
  const manager = await database.asUser('manager@acme.test');
  await manager.query(
    `insert into commission_plans (name, basis, rate, valid_from) values ('Deals', 'won_deals', 5, '2026-01-01'), ('Money', 'received_money', 2, '2026-01-01')`,
  );
});

afterAll(() => database.drop());

/** A deal worth 1,000. */
async function deal(): Promise<string> {
  const sales = await database.asUser('sales@acme.test');
  const { id } = await sales.rpc<{ id: string }>('create_deal', {
    title: 'Festival',
    customer_id: await made(`tests.customer('Java Corner Cafe')`),
    value: 1000,
  });
  return id;
}

/** What stands in the ledger of a deal or a payment. */
const earned = (source: string, id: string) =>
  made(
    `(select array[count(*), count(distinct round), sum(amount)] from commission_entries where ${source} = '${id}')`,
  );

test('a deal that is won twice at once is earned once', async () => {
  const id = await deal();
  expect(await races.at('deals', id, times(3, ['sales', 'win_deal', { deal_id: id }]))).toEqual({
    ok: 1,
    deal_transition_illegal: 2,
  });
  expect(await earned('deal_id', id)).toBe('{1,1,50.00}');
});

test('a deal that is opened again and won at once is earned as often as it is won', async () => {
  const id = await deal();
  const sales = await database.asUser('sales@acme.test');
  await sales.rpc('win_deal', { deal_id: id });
  await races.at('deals', id, [
    ['sales', 'reopen_deal', { deal_id: id }],
    ['sales', 'win_deal', { deal_id: id }],
    ['sales', 'reopen_deal', { deal_id: id }],
  ]);
  const [count, rounds, sum] = (await earned('deal_id', id)).slice(1, -1).split(',').map(Number);
  expect(count).toBe(rounds);
  expect(sum).toBe(
    (await made(`(select status from deals where id = '${id}')`)) === 'won' ? 50 : 0,
  );
});

test('a payment that is approved twice at once is earned once', async () => {
  const invoice = await made(`tests.invoiced('Java Corner Cafe', 'COL-300', 5)`);
  const sales = await database.asUser('sales@acme.test');
  const { id } = await sales.rpc<{ id: string }>('record_payment', {
    customer_id: await made(`tests.customer('Java Corner Cafe')`),
    method: 'cash',
    amount: 100,
    order_id: await made(`(select order_id from invoices where id = '${invoice}')`),
  });
  expect(
    await races.at('payments', id, [
      ['finance', 'approve_payment', { payment_id: id }],
      ['manager', 'approve_payment', { payment_id: id }],
      ['finance', 'approve_payment', { payment_id: id }],
    ]),
  ).toEqual({ ok: 1, payment_transition_illegal: 2 });
  const due = `(select round(round(100 * subtotal / total, 2) * 2 / 100, 2) from invoices where id = '${invoice}')`;
  expect(await earned('payment_id', id)).toBe(`{1,1,${await made(due)}}`);
});
