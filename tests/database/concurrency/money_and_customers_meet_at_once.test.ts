import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';
import { Acme, crowd, loadedTrip, together, type Row } from './crowd.ts';
import { type Attempt, Races, times } from './race.ts';

let database: TestDatabase;
let races: Races;
let admin: Session;
const made = (expression: string) => races.made(expression);

beforeAll(async () => {
  database = await cloneDatabase('meetings');
  races = await Races.open(database);
  admin = await database.asAdmin();
});

afterAll(() => database.drop());

/** One person has done something and not finished when another begins; what the other is answered. */
async function meeting(earlier: Attempt, later: Attempt): Promise<string> {
  const [first, second] = [
    await database.asUser(`${earlier[0]}@acme.test`),
    await database.asUser(`${later[0]}@acme.test`),
  ];
  await first.query('begin');
  await first.rpc(earlier[1], earlier[2]);
  const { pid } = await second.one<{ pid: number }>('select pg_backend_pid() as pid');
  let isAnswered = false;
  const answer = second.rpc(later[1], later[2]).then(
    () => 'ok',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  void answer.then(() => (isAnswered = true));
  for (let waits = false; !waits && !isAnswered;) {
    ({ waits } = await admin.one<{ waits: boolean }>(
      `select coalesce(wait_event_type = 'Lock', false) as waits from pg_stat_activity where pid = $1`,
      [pid],
    ));
  }
  await first.query('commit');
  return answer;
}

/** An order in a van of its own, on the road. */
async function onTheRoad(customer: string, crates: number): Promise<string> {
  const order = await made(`tests.allocated('${customer}', 'COL-300', ${crates})`);
  const dispatcher = await database.asUser('dispatcher@acme.test');
  const trip = await loadedTrip(admin, dispatcher, await new Acme(admin).depot(), [order]);
  await dispatcher.rpc('dispatch_trip', { trip_id: trip });
  await admin.query(`update trips set status = 'in_progress', started_at = now() where id = $1`, [
    trip,
  ]);
  await admin.query(`update fulfilments set status = 'in_transit' where trip_id = $1`, [trip]);
  return order;
}

async function delivery(order_id: string, delivered: number, empties: number): Promise<Attempt> {
  const item = await made(`(select id from order_items where order_id = '${order_id}')`);
  return [
    'manager',
    'complete_delivery',
    {
      order_id,
      items: JSON.stringify([{ order_item_id: item, delivered }]),
      received_by: 'Ann',
      signature: 'data:image/png;base64,iVBORw0KGgo=',
      empties: JSON.stringify(
        empties
          ? [{ product_id: await made(`tests.product('EMP-CRATE24')`), quantity: empties }]
          : [],
      ),
    },
  ];
}

const invoiceOf = (order: string) =>
  made(`(select id from invoices where order_id = '${order}' and status <> 'void')`);

test('two vans at one customer take each crate back at its own deposit', async () => {
  const orders = [
    await onTheRoad('Karen Country Kiosk', 10),
    await onTheRoad('Karen Country Kiosk', 1),
    await onTheRoad('Karen Country Kiosk', 1),
  ] as const;
  const [person, command, args] = await delivery(orders[0], 10, 0);
  await (await database.asUser(`${person}@acme.test`)).rpc(command, args);
  await admin.query(`update products set deposit_amount = 500 where sku = 'EMP-CRATE24'`);
  expect(await meeting(await delivery(orders[1], 1, 11), await delivery(orders[2], 1, 11))).toBe(
    'ok',
  );
  expect(
    await made(
      `(select quantity || ' ' || deposit_amount from container_balances where holder = 'customer' and holder_id = tests.customer('Karen Country Kiosk'))`,
    ),
  ).toBe('-10.000 -5000.00');
  await admin.query(`update products set deposit_amount = 400 where sku = 'EMP-CRATE24'`);
});

test('a delivery is billed again once', async () => {
  const order_id = await onTheRoad('Kilimani Mini Mart', 1);
  const [person, command, args] = await delivery(order_id, 1, 1);
  await (await database.asUser(`${person}@acme.test`)).rpc(command, args);
  const invoice_id = await invoiceOf(order_id);
  const finance = await database.asUser('finance@acme.test');
  await finance.rpc('void_invoice', { invoice_id, reason: 'Wrong month' });
  const answers = await races.at(
    'orders',
    order_id,
    times(6, ['finance', 'bill_order', { order_id }]),
  );
  expect(answers).toEqual({ ok: 1, order_already_billed: 5 });
});

test('an advance and its invoice find each other, whichever is decided first', async () => {
  for (const advanceFirst of [true, false]) {
    const order_id = await onTheRoad('Kilimani Mini Mart', 1);
    const [person, command, args] = await delivery(order_id, 1, 1);
    await (await database.asUser(`${person}@acme.test`)).rpc(command, args);
    const invoice_id = await invoiceOf(order_id);
    const seller = await database.asUser('sales@acme.test');
    const advance = await seller.rpc<Row>('record_payment', {
      customer_id: await made(`tests.customer('Kilimani Mini Mart')`),
      method: 'cash',
      amount: 5000,
      order_id,
    });
    const approval: Attempt = ['finance', 'approve_payment', { payment_id: advance.id }];
    const issue: Attempt = ['admin', 'issue_invoice', { invoice_id }];
    const meet = advanceFirst ? meeting(approval, issue) : meeting(issue, approval);
    expect(await meet).toBe('ok');
    expect(await made(`tests.status('invoice', '${invoice_id}')`)).toBe('paid');
  }
});

test('money is given back once, and counts once under every spelling', async () => {
  const payment_id = await made(`tests.money('Kilimani Mini Mart', 300)`);
  const refunds = await races.at(
    'payments',
    payment_id,
    times(6, ['finance', 'refund_payment', { payment_id, amount: 300, reason: 'Nothing ordered' }]),
  );
  expect(refunds).toEqual({ ok: 1, refund_exceeds: 5 });

  const customer_id = await made(`tests.customer('Kilimani Mini Mart')`);
  const spellings = ['SK71AB2CD3', 'sk71ab2cd3', 'SK71 AB2 CD3', 'sk71-ab2cd3'];
  const sellers = await crowd(database, ['sales@acme.test', 'finance@acme.test'], 8);
  const recorded = await together(sellers, (session, index) =>
    session.rpc('record_payment', {
      customer_id,
      method: index % 2 ? 'mpesa' : 'bank_transfer',
      amount: 10,
      reference: spellings[index % spellings.length],
    }),
  );
  expect(recorded).toEqual({ ok: 1, payment_reference_taken: 7 });
});

test('a customer is suspended or closed before or after a step, never within it', async () => {
  const customer_id = await made(`tests.customer('Java Corner Cafe')`);
  const suspend: Attempt = ['manager', 'suspend_customer', { customer_id, reason: 'Late' }];
  const reactivate = () =>
    made(
      `(select status from tests.sign_in('manager@acme.test'), public.reactivate_customer('${customer_id}'))`,
    );

  const approved = await made(`tests.approved('Java Corner Cafe', 'COL-300', 1)`);
  expect(await meeting(suspend, ['dispatcher', 'allocate_order', { order_id: approved }])).toBe(
    'customer_suspended',
  );
  await reactivate();
  const loaded = await made(`tests.allocated('Java Corner Cafe', 'COL-300', 1)`);
  const trip_id = await loadedTrip(
    admin,
    await database.asUser('dispatcher@acme.test'),
    await new Acme(admin).depot(),
    [loaded],
  );
  expect(await meeting(suspend, ['dispatcher', 'dispatch_trip', { trip_id }])).toBe(
    'orders_not_assignable',
  );
  await reactivate();

  const other = await made(`tests.customer('Ngong View Bar')`);
  const close: Attempt = ['manager', 'deactivate_customer', { customer_id: other }];
  const one = await made(`tests.draft('Ngong View Bar', 'COL-300', 1)`);
  expect(await meeting(['sales', 'submit_order', { order_id: one }], close)).toBe(
    'customer_has_open_documents',
  );
  await made(
    `(select status from tests.sign_in('sales@acme.test'), public.cancel_order('${one}', 'No'))`,
  );
  const two = await made(`tests.draft('Ngong View Bar', 'COL-300', 1)`);
  expect(await meeting(close, ['sales', 'submit_order', { order_id: two }])).toBe(
    'customer_inactive',
  );
});
