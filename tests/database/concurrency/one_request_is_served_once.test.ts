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

test('twenty twins of one request make one order, one payment and one step', async () => {
  const customer_id = await acme.customer('Karen Country Kiosk');
  const warehouse_id = await acme.depot();
  const product_id = await acme.product('COL-300');
  const sellers = await crowd(database, ['sales@acme.test'], 20);
  const answered = new Set<string>();
  const note = (row: Row) => answered.add(row.id);

  const entered = await together(sellers, async (session) =>
    note(
      await session.rpc<Row>('create_order', {
        customer_id,
        warehouse_id,
        lines: [{ product_id, quantity: 2 }],
        idempotency_key: '01a00000-0000-7000-8000-000000000001',
      }),
    ),
  );
  expect(entered).toEqual({ ok: 20 });
  expect(answered.size).toBe(1);
  expect(await admin.one('select count(*)::int from orders')).toEqual({ count: 1 });
  const [order_id] = answered;

  const submitted = await together(sellers, (session) =>
    session.rpc('submit_order', {
      order_id,
      idempotency_key: '01a00000-0000-7000-8000-000000000002',
    }),
  );
  expect(submitted).toEqual({ ok: 20 });
  expect(
    await admin.one(
      `select count(*)::int from transition_executions where entity_id = $1 and command = 'submit'`,
      [order_id],
    ),
  ).toEqual({ count: 1 });

  const paid = await together(sellers, (session) =>
    session.rpc('record_payment', {
      customer_id,
      method: 'mpesa',
      amount: 100,
      reference: 'TWIN-1',
      idempotency_key: '01a00000-0000-7000-8000-000000000003',
    }),
  );
  expect(paid).toEqual({ ok: 20 });
  expect(await admin.one('select count(*)::int from payments')).toEqual({ count: 1 });
});

test('a thousand orders entered at once have a thousand numbers', async () => {
  const customer_id = await acme.customer('Karen Country Kiosk');
  const warehouse_id = await acme.depot();
  const product_id = await acme.product('COL-300');
  const sellers = await crowd(database, ['sales@acme.test', 'agent@acme.test'], 32);
  const numbers: string[] = [];
  const answers = await share(sellers, [...Array(1000).keys()], async (session) => {
    const order = await session.rpc<Row>('create_order', {
      customer_id,
      warehouse_id,
      lines: [{ product_id, quantity: 1 }],
    });
    numbers.push(order.number);
  });
  expect(answers).toEqual({ ok: 1000 });
  expect(new Set(numbers).size).toBe(1000);
  expect(numbers.every((number) => /^ORD-\d{6}$/.test(number))).toBe(true);
});

test('of many who take the same name at once one gets it and the others are told', async () => {
  const managers = await crowd(database, ['manager@acme.test', 'owner@acme.test'], 16);
  const named = await together(managers, (session) =>
    session.query(`insert into products (sku, name, base_price) values ('SAME', 'Same', 1)`),
  );
  expect(named).toEqual({ ok: 1, product_sku_taken: 15 });

  const customer_id = await acme.customer('Karen Country Kiosk');
  const warehouse_id = await acme.depot();
  const lines = [{ product_id: await acme.product('COL-300'), quantity: 1 }];
  const referred = await together(managers, (session) =>
    session.rpc('create_order', { customer_id, warehouse_id, lines, external_reference: 'SAME' }),
  );
  expect(referred).toEqual({ ok: 1, order_reference_taken: 15 });
});
