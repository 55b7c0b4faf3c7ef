import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';
import { Acme, crowd, share, together, type Row } from './crowd.ts';

let database: TestDatabase;
let admin: Session;
let acme: Acme;

beforeAll(async () => {
  database = await cloneDatabase('crowd');
  admin = await database.asAdmin();
  acme = new Acme(admin);
});

afterAll(() => database.drop());

test('of many who approve or cancel an order at once one decides', async () => {
  const customer_id = await acme.customer('Karen Country Kiosk');
  const warehouse_id = await acme.depot();
  const product_id = await acme.product('COL-300');
  const seller = await database.asUser('sales@acme.test');
  const order = await seller.rpc<Row>('create_order', {
    customer_id,
    warehouse_id,
    lines: [{ product_id, quantity: 1 }],
    submit: true,
  });
  const deciders = await crowd(
    database,
    ['manager@acme.test', 'admin@acme.test', 'owner@acme.test'],
    18,
  );
  const answers = await together(deciders, (session, index) =>
    index % 2 === 0
      ? session.rpc('approve_order', { order_id: order.id })
      : session.rpc('reject_order', { order_id: order.id, reason: 'No' }),
  );
  expect(answers).toEqual({ ok: 1, order_transition_illegal: 17 });
  expect(
    await admin.one(
      `select count(*)::int from event_store where entity_id = $1 and event_type in ('order.approved', 'order.rejected')`,
      [order.id],
    ),
  ).toEqual({ count: 1 });
});

test('a customer whose credit covers one of two orders gets one of them', async () => {
  const customer_id = await acme.customer('Kilimani Mini Mart');
  const warehouse_id = await acme.depot();
  const product_id = await acme.product('COL-300');
  const seller = await database.asUser('sales@acme.test');
  const orders: string[] = [];
  for (let index = 0; index < 6; index += 1) {
    const order = await seller.rpc<Row>('create_order', {
      customer_id,
      warehouse_id,
      // 27,144 each, of a limit of 50,000.
      lines: [{ product_id, quantity: 30 }],
      submit: true,
    });
    orders.push(order.id);
  }
  const managers = await crowd(database, ['manager@acme.test', 'admin@acme.test'], 6);
  const answers = await share(managers, orders, (session, order_id) =>
    session.rpc('approve_order', { order_id }),
  );
  expect(answers).toEqual({ ok: 1, credit_exceeded: 5 });
});

test('an order that many trips want rides on one of them', async () => {
  await acme.approveAtOnce();
  const seller = await database.asUser('sales@acme.test');
  const warehouse_id = await acme.depot();
  const order = await seller.rpc<Row>('create_order', {
    customer_id: await acme.customer('Karen Country Kiosk'),
    warehouse_id,
    lines: [{ product_id: await acme.product('COL-300'), quantity: 1 }],
    submit: true,
  });
  const dispatchers = await crowd(database, ['dispatcher@acme.test', 'manager@acme.test'], 16);
  await dispatchers[0]?.rpc('allocate_order', { order_id: order.id });
  const answers = await together(dispatchers, (session) =>
    session.rpc('create_trip', {
      warehouse_id,
      planned_start_at: '2026-12-01T05:00:00Z',
      planned_end_at: '2026-12-01T15:00:00Z',
      order_ids: [order.id],
    }),
  );
  expect(answers).toEqual({ ok: 1, orders_not_assignable: 15 });
});

test('orders that many put on one trip in the same moment all ride on it, up to what its van carries', async () => {
  await acme.approveAtOnce();
  const seller = await database.asUser('sales@acme.test');
  const warehouse_id = await acme.depot();
  const customer_id = await acme.customer('Karen Country Kiosk');
  const product_id = await acme.product('COL-300');
  const dispatchers = await crowd(database, ['dispatcher@acme.test', 'manager@acme.test'], 8);
  const dispatcher = dispatchers[0] as Session;
  const orders: string[] = [];
  for (let index = 0; index < 9; index += 1) {
    const order = await seller.rpc<Row>('create_order', {
      customer_id,
      warehouse_id,
      lines: [{ product_id, quantity: 1 }],
      submit: true,
    });
    await dispatcher.rpc('allocate_order', { order_id: order.id });
    orders.push(order.id);
  }
  const [first, ...others] = orders;
  const van = await admin.one<{ id: string }>(
    `update vehicles set capacity_units = 6 where registration = 'KDB 202B' returning id`,
  );
  const driver = await admin.one<{ id: string }>(
    `select d.id from drivers d join memberships m on m.id = d.membership_id join users u on u.id = m.user_id where u.email = 'driver@acme.test'`,
  );
  const trip = await dispatcher.rpc<Row>('create_trip', {
    warehouse_id,
    vehicle_id: van.id,
    driver_id: driver.id,
    planned_start_at: '2026-12-03T05:00:00Z',
    planned_end_at: '2026-12-03T15:00:00Z',
    order_ids: [first],
  });
  await dispatcher.rpc('plan_trip', { trip_id: trip.id });
  const answers = await share(dispatchers, others, (session, order_id) =>
    session.rpc('board_order', { order_id, trip_id: trip.id }),
  );
  expect(answers).toEqual({ ok: 5, trip_overloaded: 3 });
  expect(
    await admin.one(
      `select array_agg(sequence order by sequence) as places, count(distinct order_id)::int as orders from trip_stops where trip_id = $1`,
      [trip.id],
    ),
  ).toEqual({ places: [1, 2, 3, 4, 5, 6], orders: 6 });
});

test('who changes an order while he approves it is noticed by the approval that waited', async () => {
  await admin.query(`update tenant_settings set business_rules = '{}'`);
  const seller = await database.asUser('sales@acme.test');
  const lines = [{ product_id: await acme.product('COL-300'), quantity: 1 }];
  const order = await seller.rpc<Row>('create_order', {
    customer_id: await acme.customer('Karen Country Kiosk'),
    warehouse_id: await acme.depot(),
    lines,
    submit: true,
  });
  const changing = await database.asUser('manager@acme.test');
  const approving = await database.asUser('manager@acme.test');
  await changing.query('begin');
  await changing.rpc('amend_order', { order_id: order.id, lines });
  const { pid } = await approving.one<{ pid: number }>('select pg_backend_pid() as pid');
  const approval = approving.rpc('approve_order', { order_id: order.id }).then(
    () => 'ok',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  await waitsForALock(pid);
  await changing.query('commit');
  expect(await approval).toBe('separation_of_duties');
});

async function waitsForALock(pid: number): Promise<void> {
  for (;;) {
    const { waits } = await admin.one<{ waits: boolean }>(
      `select coalesce(wait_event_type = 'Lock', false) as waits from pg_stat_activity where pid = $1`,
      [pid],
    );
    if (waits) return;
  }
}
