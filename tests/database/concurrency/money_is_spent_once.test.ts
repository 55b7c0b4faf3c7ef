import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';
import { Acme, crowd, loadedTrip, share, together, type Row } from './crowd.ts';

let database: TestDatabase;
let admin: Session;
let acme: Acme;

beforeAll(async () => {
  database = await cloneDatabase('crowd');
  admin = await database.asAdmin();
  acme = new Acme(admin);
});

afterAll(() => database.drop());

const SIGNATURE = 'data:image/png;base64,iVBORw0KGgo=';

/** Issued invoices of one cash customer over ten crates each, with the empties exchanged: 9,048. */
async function issuedInvoices(count: number): Promise<string[]> {
  await acme.approveAtOnce();
  const seller = await database.asUser('sales@acme.test');
  const manager = await database.asUser('manager@acme.test');
  const warehouse_id = await acme.depot();
  const orders: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const order = await seller.rpc<Row>('create_order', {
      customer_id: await acme.customer('Karen Country Kiosk'),
      warehouse_id,
      lines: [{ product_id: await acme.product('COL-300'), quantity: 10 }],
      submit: true,
    });
    await manager.rpc('allocate_order', { order_id: order.id });
    orders.push(order.id);
  }
  const trip = await loadedTrip(admin, manager, warehouse_id, orders);
  await admin.query(
    `update drivers set membership_id = case when id = (select driver_id from trips where id = $1)
       then (select m.id from memberships m join users u on u.id = m.user_id where u.email = 'driver@acme.test') end
     where tenant_id = (select tenant_id from trips where id = $1)`,
    [trip],
  );
  await manager.rpc('dispatch_trip', { trip_id: trip });
  const driver = await database.asUser('driver@acme.test');
  await driver.rpc('start_trip', { trip_id: trip });
  const invoices: string[] = [];
  for (const order_id of orders) {
    const item = await driver.one<Row>('select id from order_items where order_id = $1', [
      order_id,
    ]);
    await driver.rpc('complete_delivery', {
      order_id,
      items: [{ order_item_id: item.id, delivered: 10 }],
      received_by: 'Ann',
      signature: SIGNATURE,
      empties: [{ product_id: await acme.product('EMP-CRATE24'), quantity: 10 }],
    });
    const invoice = await manager.one<Row>('select id from invoices where order_id = $1', [
      order_id,
    ]);
    await manager.rpc('issue_invoice', { invoice_id: invoice.id });
    invoices.push(invoice.id);
  }
  return invoices;
}

test('money is spent once, however many spend it at the same moment', async () => {
  const invoices = await issuedInvoices(6);
  const seller = await database.asUser('sales@acme.test');
  const customer_id = await acme.customer('Karen Country Kiosk');
  const payment = await seller.rpc<Row>('record_payment', {
    customer_id,
    method: 'cash',
    amount: 10_000,
  });
  const finance = await crowd(database, ['finance@acme.test', 'admin@acme.test'], 6);
  await finance[0]?.rpc('approve_payment', { payment_id: payment.id });
  const answers = await share(finance, invoices, (session, invoice_id) =>
    session.rpc('allocate_payment', {
      payment_id: payment.id,
      allocations: [{ invoice_id, amount: 3000 }],
    }),
  );
  expect(answers).toEqual({ ok: 3, allocation_exceeds: 3 });
  expect(
    await admin.one(`select unallocated::float from payments where id = $1`, [payment.id]),
  ).toEqual({ unallocated: 1000 });

  const rest = invoices.at(-1) ?? '';
  const order = await admin.one<{ order_id: string }>(
    'select order_id from invoices where id = $1',
    [rest],
  );
  const twice: string[] = [];
  for (let index = 0; index < 6; index += 1) {
    const again = await seller.rpc<Row>('record_payment', {
      customer_id,
      method: 'cash',
      amount: 9048,
      order_id: order.order_id,
    });
    twice.push(again.id);
  }
  const approved = await together(finance, (session, index) =>
    session.rpc('approve_payment', { payment_id: twice[index] }),
  );
  expect(approved).toEqual({ ok: 6 });
  expect(
    await admin.one('select status, balance::float from invoices where id = $1', [rest]),
  ).toEqual({ status: 'paid', balance: 0 });
  expect(
    await admin.query(
      `select 1 from payments p where p.allocated_total <> coalesce((select sum(a.amount) from payment_allocations a where a.payment_id = p.id), 0)
       union all
       select 1 from invoices i where i.paid_total <> coalesce((select sum(a.amount) from payment_allocations a where a.invoice_id = i.id), 0)`,
    ),
  ).toEqual([]);
});
