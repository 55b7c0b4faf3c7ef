import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';

const SECRET = `whsec_${'a'.repeat(32)}`;

let database: TestDatabase;
let owner: Session;
let worker: Session;
let admin: Session;
let webhook: string;

beforeAll(async () => {
  database = await cloneDatabase('webhooks');
  owner = await database.asUser('owner@acme.test');
  worker = await database.asService();
  admin = await database.asAdmin();
});
afterAll(() => database.drop());

beforeEach(async () => {
  await owner.query('delete from public.webhooks');
  webhook = (
    await owner.one<{ id: string }>(
      `insert into public.webhooks (name, url, events) values ('ERP', 'https://erp.example/in', '{product.*}') returning id`,
    )
  ).id;
  await owner.rpc('set_webhook_secret', { webhook_id: webhook, secret: SECRET });
});

const addProduct = (session: Session, sku: string) =>
  session.query(
    `insert into public.products (sku, name, unit, base_price) values ($1, 'Sample', 'piece', 1)`,
    [sku],
  );
const hear = () => worker.rpc<number>('hear_for_webhooks');
const deliveries = () =>
  owner.query<{ id: string; event_type: string; status: string; error: string | null }>(
    'select id, event_type, status::text, error from public.webhook_deliveries order by id',
  );
const told = async () => (await deliveries()).map((delivery) => delivery.event_type);
const give = async (status: string, more: Record<string, unknown> = {}) => {
  const [delivery] = (await deliveries()).filter((it) => it.status === 'queued');
  const ids = { tenant_id: await tenant(), delivery_id: delivery?.id };
  const sent = await worker.rpc<Record<string, unknown> | null>('webhook_to_deliver', ids);
  await worker.rpc('record_webhook_result', { ...ids, status, ...more });
  return sent;
};
const tenant = async () =>
  (await owner.one<{ id: string }>(`select tenant_id as id from public.webhooks limit 1`)).id;

test('it hears what it asked for, from its secret on, once', async () => {
  await addProduct(owner, 'WH-1');
  await owner.query(
    `update public.customers set notes = 'Late.' where name = 'Kilimani Mini Mart'`,
  );
  expect(await hear()).toBe(1);
  expect(await hear()).toBe(0);
  expect(await told()).toEqual(['product.created']);
});

test('what a transaction wrote that ends later than younger ones is heard, too', async () => {
  await owner.query(`update public.webhooks set events = '{product.created,customer.updated}'`);
  const slow = await database.asUser('manager@acme.test');
  await slow.query('begin');
  await slow.query(`update public.customers set notes = 'Slow.' where name = 'Kilimani Mini Mart'`);
  await addProduct(owner, 'WH-QUICK');
  expect(await hear()).toBe(1);
  expect(await hear()).toBe(0);
  await slow.query('commit');
  expect(await hear()).toBe(1);
  expect(await hear()).toBe(0);
  expect(await told()).toEqual(['product.created', 'customer.updated']);
});

test('two workers at once queue nothing twice', async () => {
  const second = await database.asService();
  await addProduct(owner, 'WH-2');
  await Promise.all([hear(), second.rpc('hear_for_webhooks'), hear()]);
  expect(await told()).toHaveLength(1);
});

test('what is sent names the document and its states, and no person', async () => {
  await owner.query(`update public.webhooks set events = '{customer.updated}'`);
  await owner.query(
    `update public.customers set phone = '+254711222333' where name = 'Kilimani Mini Mart'`,
  );
  await hear();
  const sent = await give('delivered', { response_status: 200 });
  expect(sent).toMatchObject({
    url: 'https://erp.example/in',
    secret: SECRET,
    body: {
      type: 'customer.updated',
      data: { entity_type: 'customer', payload: { changed: ['phone'] } },
    },
  });
  expect(JSON.stringify(sent)).not.toContain('+254711222333');
});

test('switched off, it is told nothing, and switched on again only what follows', async () => {
  await addProduct(owner, 'WH-3');
  await hear();
  await owner.query('update public.webhooks set is_active = false');
  expect(await give('delivered')).toBeNull();
  expect(await deliveries()).toMatchObject([{ status: 'failed', error: 'webhook_inactive' }]);
  await addProduct(owner, 'WH-4');
  expect(await hear()).toBe(0);
  await owner.query('update public.webhooks set is_active = true');
  await addProduct(owner, 'WH-5');
  expect(await hear()).toBe(1);
});

test('five in a row that nobody takes switch it off, and who manages the company is mailed', async () => {
  for (const sku of ['WH-A', 'WH-B', 'WH-C', 'WH-D', 'WH-E']) await addProduct(owner, sku);
  await hear();
  for (let count = 0; count < 4; count += 1) await give('failed', { error: 'webhook_timeout' });
  expect(await owner.one('select is_active, stopped_reason from public.webhooks')).toEqual({
    is_active: true,
    stopped_reason: null,
  });
  await give('failed', { error: 'webhook_timeout' });
  expect(await owner.one('select is_active, stopped_reason from public.webhooks')).toEqual({
    is_active: false,
    stopped_reason: 'webhook_failing',
  });
  const mails = await admin.query<{ recipient: string }>(
    `select recipient from public.messages where template = 'webhook.stopped' and entity_id = $1`,
    [webhook],
  );
  expect(mails.map((mail) => mail.recipient)).toContain('owner@acme.test');
  expect(mails.map((mail) => mail.recipient)).not.toContain('sales@acme.test');
});

test('one that is taken in between begins the count anew', async () => {
  for (const sku of ['WH-F', 'WH-G', 'WH-H', 'WH-I', 'WH-J', 'WH-K']) await addProduct(owner, sku);
  await hear();
  for (let count = 0; count < 4; count += 1) await give('failed', { error: 'webhook_timeout' });
  await give('delivered', { response_status: 200 });
  await give('failed', { error: 'webhook_timeout' });
  expect(await owner.one('select is_active from public.webhooks')).toEqual({ is_active: true });
});

test('an address that is gone for good is switched off at once', async () => {
  await addProduct(owner, 'WH-6');
  await hear();
  await give('failed', { response_status: 410, error: 'webhook_refused' });
  expect(await owner.one('select stopped_reason from public.webhooks')).toEqual({
    stopped_reason: 'webhook_gone',
  });
});

test('what was given up is told again by hand, under the same id, and not twice at once', async () => {
  await addProduct(owner, 'WH-7');
  await hear();
  await give('failed', { error: 'webhook_refused' });
  const [before] = await deliveries();
  await owner.rpc('redeliver_webhook', { delivery_id: before?.id });
  await expect(owner.rpc('redeliver_webhook', { delivery_id: before?.id })).rejects.toThrow(
    'webhook_on_its_way',
  );
  expect(await give('delivered')).toMatchObject({ body: { id: before?.id } });
  expect(await deliveries()).toMatchObject([{ id: before?.id, status: 'delivered' }]);
});

test('only who manages the company makes one, and nobody reads its secret', async () => {
  const sales = await database.asUser('sales@acme.test');
  await expect(
    sales.query(
      `insert into public.webhooks (name, url, events) values ('Mine', 'https://mine.example', '{*}')`,
    ),
  ).rejects.toThrow('row-level security');
  await expect(
    sales.rpc('set_webhook_secret', { webhook_id: webhook, secret: SECRET }),
  ).rejects.toThrow('permission_denied');
  await expect(owner.query('select secret from private.webhook_states')).rejects.toThrow(
    'permission denied',
  );
  const stranger = await database.asUser('owner@globex.test');
  expect(await stranger.query('select id from public.webhooks')).toEqual([]);
  await expect(stranger.rpc('test_webhook', { webhook_id: webhook })).rejects.toThrow(
    'record_not_found',
  );
});

test('an event is also heard by its other name, and told by the one that was asked for', async () => {
  const publish = async (event: string) =>
    admin.query(`select private.publish_event($1, $2, 'order', $3, 1)`, [
      await tenant(),
      event,
      '0190a000-0000-7000-8000-000000000001',
    ]);
  await owner.query(`update public.webhooks set events = '{order.in_transit,planning.*}'`);
  await publish('order.delivery_started');
  await publish('order.approved');
  expect(await hear()).toBe(1);
  const sent = (await give('delivered')) as { body: { type: string; data: { entity_id: string } } };
  expect(sent.body.type).toBe('order.in_transit');
  expect(sent.body.data.entity_id).toBe('0190a000-0000-7000-8000-000000000001');
  await publish('planning_session.applied');
  expect(await hear()).toBe(1);
  expect((await told()).toSorted()).toEqual(['order.in_transit', 'planning.applied']);

  // Under both names it is one event.
  await owner.query(`update public.webhooks set events = '{order.*}'`);
  await publish('order.delivery_started');
  await hear();
  const names = (await told()).filter((name) => name !== 'order.approved');
  expect(names.toSorted()).toEqual([
    'order.delivery_started',
    'order.in_transit',
    'planning.applied',
  ]);
});

test('who listens to a name that an event has besides its own hears the event', async () => {
  await admin.query('begin');
  await admin.query(`select private.listen('notifications', 'notify_about', 'planning.applied')`);
  const heard = await admin.query<{ event_pattern: string }>(
    `select event_pattern from private.consumers where event_pattern like 'planning%' and effect = 'notify_about'`,
  );
  await admin.query('rollback');
  expect(heard).toEqual([{ event_pattern: 'planning_session.applied' }]);
});
