import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';
import { Races } from './race.ts';

let database: TestDatabase;
let races: Races;
let admin: Session;
let finance: Session;

beforeAll(async () => {
  database = await cloneDatabase('waived_once');
  races = await Races.open(database);
  admin = await database.asAdmin();
  finance = await database.asUser('finance@acme.test');
  // 200 and 18 % make 236; 10 % off within a week are 23.60.
  await admin.query(
    `update public.products set base_price = 200, tax_rate = 18 where id = tests.product('WAT-1500')`,
  );
  await admin.query(
    `update public.customers set payment_terms_days = 30, credit_limit = 900000, price_list_id = null, discount_percent = 10, discount_days = 7
     where id = tests.customer('Kilimani Mini Mart')`,
  );
  // Trips are closed without their offload, which is not the matter.
  await admin.query('alter table public.trips disable trigger _200_guard_transition');
});

afterAll(() => database.drop());

async function invoice(): Promise<string> {
  await admin.query(`update public.trips set status = 'completed' where status = 'in_progress'`);
  return races.made(`tests.invoiced('Kilimani Mini Mart', 'WAT-1500', 1)`);
}

const money = (amount: number) => races.made(`tests.money('Kilimani Mini Mart', ${amount})`);
const balance = (id: string) =>
  races.number(`(select balance from public.invoices where id = '${id}')`);
const waived = (id: string) =>
  races.number(
    `(select coalesce(sum(amount), 0) from public.payments where waives_invoice_id = '${id}' and status in ('approved', 'reconciled'))`,
  );

test('of two write-offs of one invoice one is approved', async () => {
  const owed = await invoice();
  const asked = [];
  for (let turn = 0; turn < 2; turn += 1) {
    const { id } = await finance.rpc<{ id: string }>('write_off_invoice', {
      invoice_id: owed,
      reason: 'Closed for good',
    });
    asked.push(id);
  }
  const answers = await races.at(
    'public.invoices',
    owed,
    asked.map((payment_id) => ['manager', 'approve_payment', { payment_id }]),
  );
  expect(answers).toEqual({ ok: 1, write_off_exceeds: 1 });
  expect([await balance(owed), await waived(owed)]).toEqual([0, 236]);
});

test('what is paid in the same moment is not written off', async () => {
  const owed = await invoice();
  const paid = await money(236);
  const { id: asked } = await finance.rpc<{ id: string }>('write_off_invoice', {
    invoice_id: owed,
    reason: 'Closed for good',
  });
  const answers = await races.at('public.invoices', owed, [
    ['manager', 'approve_payment', { payment_id: asked }],
    [
      'finance',
      'allocate_payment',
      { payment_id: paid, allocations: [{ invoice_id: owed, amount: 236 }] },
    ],
  ]);
  expect(answers['ok']).toBe(1);
  expect(await balance(owed)).toBe(0);
});

test('of two who pay early at once one is given the discount', async () => {
  const owed = await invoice();
  const pay = async (): Promise<[string, string, Record<string, unknown>]> => [
    'finance',
    'allocate_payment',
    { payment_id: await money(212.4), allocations: [{ invoice_id: owed, amount: 212.4 }] },
  ];
  const answers = await races.at('public.invoices', owed, [await pay(), await pay()]);
  expect(answers['ok']).toBe(1);
  expect([await balance(owed), await waived(owed)]).toEqual([0, 23.6]);
});
