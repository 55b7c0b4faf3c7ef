import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';
import { Acme, crowd, loadedTrip, share, type Row } from './crowd.ts';

let database: TestDatabase;
let admin: Session;
let acme: Acme;

beforeAll(async () => {
  database = await cloneDatabase('crowd');
  admin = await database.asAdmin();
  acme = new Acme(admin);
});

afterAll(() => database.drop());

test('trips for the same customers leave together while their other orders are amended', async () => {
  await acme.approveAtOnce();
  await admin.query('update customers set credit_limit = 9000000, payment_terms_days = 30');
  const names = [
    'Kilimani Mini Mart',
    'Westlands Wholesalers',
    'Gikomba Traders',
    'Java Corner Cafe',
    'Eastleigh Superstore',
  ];
  const customers = await Promise.all(names.map((name) => acme.customer(name)));
  const warehouse_id = await acme.depot();
  const products = await Promise.all(
    ['COL-300', 'ORG-300', 'GIN-300'].map((sku) => acme.product(sku)),
  );
  const seller = await database.asUser('sales@acme.test');
  const dispatcher = await database.asUser('dispatcher@acme.test');
  const allocated = async (customer_id: string, turn: number, quantity: number) => {
    const lines = [...products.slice(turn % 3), ...products.slice(0, turn % 3)].map(
      (product_id) => ({ product_id, quantity }),
    );
    const order = await seller.rpc<Row>('create_order', {
      customer_id,
      warehouse_id,
      lines,
      submit: true,
    });
    await dispatcher.rpc('allocate_order', { order_id: order.id });
    return { id: order.id, lines };
  };

  const trips: string[] = [];
  const others: { id: string; lines: { product_id: string; quantity: number }[] }[] = [];
  for (let turn = 0; turn < 6; turn += 1) {
    const route = [...customers.slice(turn % 5), ...customers.slice(0, turn % 5)];
    if (turn % 2 === 1) route.reverse();
    const orders: string[] = [];
    for (const customer of route) orders.push((await allocated(customer, turn, 1)).id);
    trips.push(await loadedTrip(admin, dispatcher, warehouse_id, orders));
    others.push(await allocated(route[0] ?? '', turn, 20));
  }

  const people = await crowd(database, ['dispatcher@acme.test', 'manager@acme.test'], 12);
  const jobs = trips.flatMap((trip_id, turn) => [
    (session: Session) => session.rpc('dispatch_trip', { trip_id }),
    (session: Session) =>
      session.rpc('amend_order', {
        order_id: others[turn]?.id,
        lines: others[turn]?.lines.map((line) => ({ ...line, quantity: 21 })),
      }),
  ]);
  expect(await share(people, jobs, (session, job) => job(session))).toEqual({ ok: 12 });
  expect(
    await admin.query(
      `select distinct i.reserved::int, i.on_hand::int from inventory i where i.warehouse_id = $1 and i.product_id = any ($2)`,
      [warehouse_id, products],
    ),
  ).toEqual([{ reserved: 126, on_hand: 370 }]);
});

test('a trip waits for its own customers only, however many other orders are open', async () => {
  await acme.approveAtOnce();
  await admin.query('update customers set credit_limit = 9000000, payment_terms_days = 30');
  const warehouse_id = await acme.depot();
  const lines = [{ product_id: await acme.product('TON-300'), quantity: 1 }];
  const seller = await database.asUser('sales@acme.test');
  const dispatcher = await database.asUser('dispatcher@acme.test');
  const allocated = async (customer: string): Promise<string> => {
    const customer_id = await acme.customer(customer);
    const entry = { customer_id, warehouse_id, lines, submit: true };
    const order = await seller.rpc<Row>('create_order', entry);
    await dispatcher.rpc('allocate_order', { order_id: order.id });
    return order.id;
  };
  const trip_id = await loadedTrip(admin, dispatcher, warehouse_id, [
    await allocated('Westlands Wholesalers'),
  ]);
  await allocated('Gikomba Traders');
  await allocated('Eastleigh Superstore');

  const busy = await database.asAdmin();
  await busy.query('begin');
  await busy.query(
    `select from customers where name in ('Gikomba Traders', 'Eastleigh Superstore') for no key update`,
  );
  await dispatcher.query(`set lock_timeout = '5s'`);
  expect(await dispatcher.rpc<Row>('dispatch_trip', { trip_id })).toMatchObject({
    status: 'dispatched',
  });
  await busy.query('rollback');
});
