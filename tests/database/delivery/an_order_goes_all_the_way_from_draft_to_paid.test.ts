import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';

interface Row {
  [column: string]: unknown;
  id: string;
  status: string;
}

const SIGNATURE = 'data:image/png;base64,iVBORw0KGgo=';

let database: TestDatabase;
const people: Record<string, Session> = {};

beforeAll(async () => {
  database = await cloneDatabase('whole_way');
  for (const role of ['sales', 'manager', 'dispatcher', 'warehouse', 'driver', 'finance']) {
    people[role] = await database.asUser(`${role}@acme.test`);
  }
  people.admin = await database.asAdmin();
});

afterAll(() => database.drop());

function as(role: string): Session {
  const session = people[role];
  if (session === undefined) throw new Error(`Nobody plays ${role}`);
  return session;
}

test('an order goes all the way from draft to paid', async () => {
  const customer = await as('sales').one<Row>(
    `select id from customers where name = 'Kilimani Mini Mart'`,
  );
  const depot = await as('sales').one<Row>(`select id from warehouses where code = 'NBO'`);
  const cola = await as('sales').one<Row & { container_product_id: string }>(
    `select id, container_product_id from products where sku = 'COL-300'`,
  );

  const order = await as('sales').rpc<Row & { total: number }>('create_order', {
    customer_id: customer.id,
    warehouse_id: depot.id,
    lines: [{ product_id: cola.id, quantity: 10 }],
    submit: true,
  });
  expect(order.status).toBe('pending_approval');
  expect(order.total).toBe(9048);

  await expect(as('sales').rpc('approve_order', { order_id: order.id })).rejects.toMatchObject({
    code: '42501',
    message: 'permission_denied',
  });
  expect((await as('manager').rpc<Row>('approve_order', { order_id: order.id })).status).toBe(
    'approved',
  );
  expect((await as('dispatcher').rpc<Row>('allocate_order', { order_id: order.id })).status).toBe(
    'allocated',
  );

  const vehicle = await as('dispatcher').one<Row>(
    `select id from vehicles where registration = 'KDA 101A'`,
  );
  const driver = await as('dispatcher').one<Row>(
    `select id from drivers where membership_id is not null`,
  );
  const trip = await as('dispatcher').rpc<Row>('create_trip', {
    warehouse_id: depot.id,
    planned_start_at: '2026-11-21T05:00:00Z',
    planned_end_at: '2026-11-21T14:00:00Z',
    vehicle_id: vehicle.id,
    driver_id: driver.id,
    order_ids: [order.id],
  });
  await as('dispatcher').rpc('plan_trip', { trip_id: trip.id });
  await expect(as('dispatcher').rpc('dispatch_trip', { trip_id: trip.id })).rejects.toMatchObject({
    code: 'PT409',
    message: 'load_not_confirmed',
  });
  const counts = [{ product_id: cola.id, count: 10 }];
  await as('warehouse').rpc('confirm_load', { trip_id: trip.id, counts });
  await as('driver').rpc('confirm_load', { trip_id: trip.id, counts });
  await as('dispatcher').rpc('dispatch_trip', { trip_id: trip.id });
  await as('driver').rpc('start_trip', { trip_id: trip.id });

  const item = await as('driver').one<Row>('select id from order_items where order_id = $1', [
    order.id,
  ]);
  const delivered = await as('driver').rpc<Row>('complete_delivery', {
    order_id: order.id,
    items: [{ order_item_id: item.id, delivered: 9, refused_reason: 'One crate was leaking' }],
    received_by: 'Tom Odhiambo',
    signature: SIGNATURE,
    empties: [{ product_id: cola.container_product_id, quantity: 8 }],
    payment: { method: 'cash', amount: 5000 },
  });
  expect(delivered.status).toBe('delivered');

  const invoice = await as('finance').one<Row>(
    'select *, total::float, deposit_total::float from invoices where order_id = $1',
    [order.id],
  );
  // 9 × 780 + 16 % tax, and the deposit of the one crate that was not exchanged.
  expect(invoice).toMatchObject({ status: 'draft', total: 8543.2, deposit_total: 400 });
  await as('finance').rpc('issue_invoice', { invoice_id: invoice.id });
  const payment = await as('finance').one<Row>('select * from payments where order_id = $1', [
    order.id,
  ]);
  await as('finance').rpc('approve_payment', { payment_id: payment.id });
  const rest = await as('sales').rpc<Row>('record_payment', {
    customer_id: customer.id,
    method: 'mpesa',
    amount: 3543.2,
    reference: 'QWE123',
    order_id: order.id,
  });
  await as('finance').rpc('approve_payment', { payment_id: rest.id });
  expect(
    await as('finance').one('select status, number, balance::float from invoices where id = $1', [
      invoice.id,
    ]),
  ).toEqual({ status: 'paid', number: 'INV-000001', balance: 0 });

  // Back at the depot one crate is on the van, and the driver counts eight empties.
  const offload = await as('driver').rpc<Row>('submit_offload', {
    trip_id: trip.id,
    items: [
      { product_id: cola.id, counted: 0 },
      { product_id: cola.container_product_id, counted: 8 },
    ],
  });
  await as('dispatcher').rpc('review_offload', { offload_id: offload.id });
  await expect(
    as('dispatcher').rpc('approve_offload', { offload_id: offload.id }),
  ).rejects.toMatchObject({ message: 'offload_has_open_variances' });
  const missing = await as('manager').one<Row & { difference: number }>(
    `select id, difference::float from variances where offload_id = $1`,
    [offload.id],
  );
  expect(missing.difference).toBe(-1);
  await as('manager').rpc('approve_variance', { variance_id: missing.id, code: 'lost' });
  await as('dispatcher').rpc('approve_offload', { offload_id: offload.id });

  // The cash of the door is handed in and counted.
  const settlement = await as('driver').rpc<Row>('submit_settlement', {
    trip_id: trip.id,
    handed_in: 5000,
  });
  await as('finance').rpc('approve_settlement', { settlement_id: settlement.id, counted: 5000 });
  expect((await as('dispatcher').rpc<Row>('complete_trip', { trip_id: trip.id })).status).toBe(
    'completed',
  );

  expect(
    await as('admin').query(
      `select 1 from inventory i full join (
         select tenant_id, warehouse_id, product_id, condition, sum(quantity) as quantity
         from inventory_transactions group by 1, 2, 3, 4
       ) l using (tenant_id, warehouse_id, product_id, condition)
       where i.on_hand is distinct from l.quantity`,
    ),
  ).toEqual([]);
  await as('admin').query(`select private.process_queue('notifications')`);
  expect(await as('sales').query(`select template from messages order by template`)).toEqual([
    { template: 'invoice.issued' },
    { template: 'order.approved' },
    { template: 'order.delivered' },
    { template: 'order.dispatched' },
  ]);
  const stranger = await database.asUser('admin@globex.test');
  for (const table of ['orders', 'invoices', 'payments', 'trips', 'variances', 'messages']) {
    expect(
      await stranger.query(
        `select 1 from ${table} where tenant_id <> (select private.active_tenant_id())`,
      ),
    ).toEqual([]);
  }
});
