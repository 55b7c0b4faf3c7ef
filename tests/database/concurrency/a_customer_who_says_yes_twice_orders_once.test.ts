import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';

const NUMBER = '106540352242922';
let database: TestDatabase;
let admin: Session;
let phone: string;

beforeAll(async () => {
  database = await cloneDatabase('order_requests');
  admin = await database.asAdmin();
  const owner = await database.asUser('owner@acme.test');
  await owner.query(
    `insert into channels (name, kind, phone_number_id, takes_orders) values ('Orders line', 'whatsapp', $1, true)`,
    [NUMBER],
  );
  await admin.query('update channels set proved_at = now() where proved_at is null');
  ({ phone } = await owner.one<{ phone: string }>(
    `select phone from customers where name = 'Java Corner Cafe'`,
  ));
});

afterAll(() => database.drop());

async function tell(id: string, body: string): Promise<void> {
  const from = phone.slice(1);
  const messages = [{ from, id, type: 'text', text: { body } }];
  const change = { place: 1, value: { metadata: { phone_number_id: NUMBER }, messages } };
  await admin.query('select private.receive_whatsapp($1, $2)', [JSON.stringify([change]), id]);
}
const work = (session: Session) =>
  session.query(`select private.process_queue('whatsapp_events', 1)`);
const requests = () =>
  admin.query<{ status: string; orders: number }>(
    `select r.status::text, (select count(*)::int from orders o where o.customer_id = r.customer_id and o.channel = 'whatsapp') as orders from order_requests r`,
  );

/** Two workers, the second while the first has not committed: it waits, or passes over what is taken. */
async function atOnce(): Promise<void> {
  const [first, second] = [await database.asAdmin(), await database.asAdmin()];
  await first.query('begin');
  await work(first);
  const later = work(second);
  const { processID } = second.client as unknown as { processID: number };
  let isDone = false;
  void later.then(() => (isDone = true));
  const waits = async () =>
    (
      await admin.one<{ waits: boolean }>(
        `select coalesce(bool_or(wait_event_type = 'Lock'), false) as waits from pg_stat_activity where pid = $1`,
        [processID],
      )
    ).waits;
  while (!isDone && !(await waits()));
  await first.query('commit');
  await later;
}

test('two messages of one customer in the same instant are one request', async () => {
  await tell('wamid.1', '2 tonic');
  await tell('wamid.2', '3 orange');
  await work(admin);
  await work(admin);
  await atOnce();
  expect(await requests()).toEqual([{ status: 'proposed', orders: 1 }]);
  const goods = await admin.one<{ goods: string }>(
    `select string_agg(trim_scale(quantity) || ' ' || product_sku, ', ' order by product_sku) as goods from order_items
     where order_id = (select order_id from order_requests)`,
  );
  expect(goods).toEqual({ goods: '3 ORG-300, 2 TON-300' });
});

test('two yeses in the same instant are one order', async () => {
  await tell('wamid.3', 'yes');
  await tell('wamid.4', 'Ndiyo');
  await work(admin);
  await work(admin);
  await atOnce();
  expect(await requests()).toEqual([{ status: 'ordered', orders: 1 }]);
  const { told } = await admin.one<{ told: number }>(
    `select count(*)::int as told from messages where body like 'Thank you,%'`,
  );
  expect(told).toBe(1);
});
