import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../harness/database.ts';
import { Races, times, type Attempt } from './race.ts';

let database: TestDatabase;
let races: Races;
const made = (expression: string) => races.made(expression);
const number = (expression: string) => races.number(expression);

beforeAll(async () => {
  database = await cloneDatabase('books');
  races = await Races.open(database);
});

afterAll(() => database.drop());

/** An order on its way to the same customer, delivered: its invoice is a draft. */
async function delivered(): Promise<string> {
  const order = await made(`tests.allocated('Kilimani Mini Mart', 'COL-300', 1)`);
  const trip = await made(`tests.on_the_road(array['${order}']::uuid[])`);
  await made(`tests.deliver('${order}', 1)`);
  await made(
    `(select count(*) from tests.sign_in('driver@acme.test'), public.submit_offload('${trip}'))`,
  );
  const offload = await made(`(select id from offload_documents where trip_id = '${trip}')`);
  await made(
    `(select count(*) from tests.sign_in('manager@acme.test'), public.review_offload('${offload}'), public.approve_offload('${offload}'), public.complete_trip('${trip}'))`,
  );
  return made(`(select id from invoices where order_id = '${order}')`);
}

const BOOKS_DISAGREE = `(select count(*) from (
  select 1 from payments p where p.allocated_total <> coalesce((select sum(a.amount) from payment_allocations a where a.payment_id = p.id), 0)
  union all
  select 1 from invoices i where i.paid_total <> coalesce((select sum(a.amount) from payment_allocations a where a.invoice_id = i.id), 0)) d)`;

test('an invoice is issued once, and then either given up or paid', async () => {
  const invoice_id = await delivered();
  const issued = await races.at(
    'invoices',
    invoice_id,
    times(6, ['finance', 'issue_invoice', { invoice_id }]),
  );
  expect(issued).toEqual({ ok: 1, invoice_transition_illegal: 5 });
  expect(await made(`(select number from invoices where id = '${invoice_id}')`)).toBe('INV-000001');
  expect(
    await number(`(select last_number from private.document_counters c
      where c.tenant_id = tests.tenant('acme') and c.kind = 'invoice')`),
  ).toBe(1);

  const amount = await number(`(select balance from invoices where id = '${invoice_id}')`);
  const payments: string[] = [];
  for (let index = 0; index < 3; index += 1) {
    payments.push(await made(`tests.money('Kilimani Mini Mart', ${amount})`));
  }
  const answers = await races.at('invoices', invoice_id, [
    ...times(3, ['finance', 'void_invoice', { invoice_id, reason: 'Wrong customer' }]),
    ...payments.flatMap((payment_id) =>
      times(1, [
        'admin',
        'allocate_payment',
        { payment_id, allocations: [{ invoice_id, amount }] },
      ]),
    ),
  ]);
  expect(answers['ok']).toBe(1);
  const isPaid = (await made(`tests.status('invoice', '${invoice_id}')`)) === 'paid';
  expect(await number(`(select paid_total from invoices where id = '${invoice_id}')`)).toBe(
    isPaid ? amount : 0,
  );
  expect(await number(BOOKS_DISAGREE)).toBe(0);
});

test('a payment is approved or refused, cancelled once, and matched with one line by one payment', async () => {
  const record = `(select id from tests.sign_in('sales@acme.test'), public.record_payment(tests.customer('Kilimani Mini Mart'), 'cash', 500))`;
  const payment_id = await made(record);
  const decided = await races.at('payments', payment_id, [
    ...times(3, ['finance', 'approve_payment', { payment_id }]),
    ...times(3, ['admin', 'reject_payment', { payment_id, reason: 'No such money' }]),
  ]);
  expect(decided).toEqual({ ok: 1, payment_transition_illegal: 5 });

  const invoice_id = await delivered();
  await made(
    `(select count(*) from tests.sign_in('finance@acme.test'), public.issue_invoice('${invoice_id}'))`,
  );
  const spent = await made(`tests.money('Kilimani Mini Mart', 10)`);
  const allocations = [{ invoice_id, amount: 10 }];
  const allocated = await races.at(
    'payments',
    spent,
    times(6, ['finance', 'allocate_payment', { payment_id: spent, allocations }]),
  );
  expect(allocated).toEqual({ ok: 1, allocation_exceeds: 5 });
  const cancelled = await races.at(
    'payments',
    spent,
    times(6, ['finance', 'cancel_payment', { payment_id: spent, reason: 'Bounced' }]),
  );
  expect(cancelled).toEqual({ ok: 1, payment_transition_illegal: 5 });
  expect(await number(`(select paid_total from invoices where id = '${invoice_id}')`)).toBe(0);
  expect(await number(BOOKS_DISAGREE)).toBe(0);

  const pair = [
    await made(`tests.money('Kilimani Mini Mart', 77)`),
    await made(`tests.money('Kilimani Mini Mart', 77)`),
  ];
  const line = await statementLine(77);
  const matched = await races.at(
    'statement_lines',
    line,
    pair.flatMap((payment) =>
      times(3, ['finance', 'reconcile_payment', { payment_id: payment, statement_line_id: line }]),
    ),
  );
  expect(matched['ok']).toBe(1);
  expect(
    await number(
      `(select count(*) from payments where id = (select payment_id from statement_lines where id = '${line}') and status = 'reconciled')`,
    ),
  ).toBe(1);
  expect(await number(`(select count(*) from payments where status = 'reconciled')`)).toBe(1);
});

async function statementLine(amount: number): Promise<string> {
  const session = await database.asUser('finance@acme.test');
  const { id } = await session.one<{ id: string }>(
    `insert into statement_lines (source, reference, amount, posted_at) values ('bank', 'one line', $1, now()) returning id`,
    [amount],
  );
  await session.close();
  return id;
}

test('an adjustment is decided once and moves the stock once', async () => {
  const adjustment_id = await made(
    `(select id from tests.sign_in('warehouse@acme.test'), public.create_adjustment(tests.depot(), tests.reason('Damaged'), tests.lines('COL-300', -7)))`,
  );
  const at = (attempts: Parameters<Races['at']>[2]) =>
    races.at('manual_adjustments', adjustment_id, attempts);
  const once = { ok: 1, adjustment_transition_illegal: 5 };
  const before = await number(`tests.stock('COL-300')`);
  expect(await at(times(6, ['warehouse', 'submit_adjustment', { adjustment_id }]))).toEqual(once);
  expect(await at(times(6, ['manager', 'approve_adjustment', { adjustment_id }]))).toEqual(once);
  expect(await at(times(6, ['warehouse', 'apply_adjustment', { adjustment_id }]))).toEqual(once);
  expect(await number(`tests.stock('COL-300')`)).toBe(before - 7);

  const order_id = await made(`tests.approved('Kilimani Mini Mart', 'COL-300', 3)`);
  const reserved = await number(`tests.reserved('COL-300')`);
  expect(
    await races.at('orders', order_id, times(6, ['dispatcher', 'allocate_order', { order_id }])),
  ).toEqual({ ok: 1, order_transition_illegal: 5 });
  expect(await number(`tests.reserved('COL-300')`)).toBe(reserved + 3);
});

test('whose money a line tells of is said once, however many say it', async () => {
  await made(
    `(select count(*) from tests.sign_in('owner@acme.test'), public.import_statement_lines('Till', '[{"reference": "SKRACE1", "amount": 60, "posted_at": "2026-11-01T00:00:00Z"}]'))`,
  );
  const line = await made(`(select id from statement_lines where reference = 'SKRACE1')`);
  const whose = (name: string) => made(`tests.customer('${name}')`);
  const confirm = async (name: string): Promise<Attempt> => [
    'finance',
    'confirm_statement_line',
    { statement_line_id: line, customer_id: await whose(name), amount: 60 },
  ];
  const answers = await races.at('statement_lines', line, [
    ...times(3, await confirm('Kilimani Mini Mart')),
    ...times(3, await confirm('Ngong View Bar')),
    ...times(2, ['finance', 'set_aside_statement_line', { statement_line_id: line, reason: 'no' }]),
  ]);
  expect(answers).toEqual({ ok: 1, statement_line_transition_illegal: 7 });
  const isMatched = (await made(`tests.status('statement_line', '${line}')`)) === 'matched';
  expect(await number(`(select count(*) from payments where reference_key = 'SKRACE1')`)).toBe(
    isMatched ? 1 : 0,
  );
});
