import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';
import { Acme, crowd, share, type Row } from './crowd.ts';

let database: TestDatabase;
let admin: Session;
let acme: Acme;

beforeAll(async () => {
  database = await cloneDatabase('crowd');
  admin = await database.asAdmin();
  acme = new Acme(admin);
});

afterAll(() => database.drop());

test('200 orders for 60 crates reserve exactly 60, in whatever order they name the products', async () => {
  await acme.approveAtOnce();
  const depot = await admin.one<Row>(
    `insert into warehouses (tenant_id, code, name) select id, 'TEST', 'Test depot' from tenants where slug = 'acme' returning id`,
  );
  const products = await Promise.all(
    ['COL-300', 'ORG-300', 'GIN-300', 'TON-300'].map((sku) => acme.product(sku)),
  );
  await admin.query(
    `insert into inventory_transactions (tenant_id, warehouse_id, product_id, quantity, kind, reference_type, reference_id)
     select w.tenant_id, w.id, p, 60, 'opening', 'test', w.id from warehouses w, unnest($2::uuid[]) p where w.id = $1`,
    [depot.id, products],
  );
  const customer = await acme.customer('Karen Country Kiosk');
  const sellers = await crowd(database, ['sales@acme.test'], 8);
  const orders: string[] = [];
  const entered = await share(sellers, [...Array(200).keys()], async (seller, index) => {
    // Every permutation of four products comes up, so lines never agree on an order of locking.
    const turned = [...products.slice(index % 4), ...products.slice(0, index % 4)];
    if (index % 3 === 0) turned.reverse();
    const order = await seller.rpc<Row>('create_order', {
      customer_id: customer,
      warehouse_id: depot.id,
      lines: turned.map((product_id) => ({ product_id, quantity: 1 })),
      submit: true,
    });
    orders.push(order.id);
  });
  expect(entered).toEqual({ ok: 200 });

  const dispatchers = await crowd(database, ['dispatcher@acme.test', 'warehouse@acme.test'], 32);
  const answers = await share(dispatchers, orders, (session, order_id) =>
    session.rpc('allocate_order', { order_id }),
  );
  expect(answers).toEqual({ ok: 60, stock_short: 140 });
  expect(
    await admin.query(
      `select distinct i.on_hand::int, i.reserved::int, (select sum(r.quantity)::int from reservations r where r.warehouse_id = i.warehouse_id and r.product_id = i.product_id) as held
       from inventory i where i.warehouse_id = $1`,
      [depot.id],
    ),
  ).toEqual([{ on_hand: 60, reserved: 60, held: 60 }]);
});
