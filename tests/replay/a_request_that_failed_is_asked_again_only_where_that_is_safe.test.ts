import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { Client, type Run } from '../../scripts/replay/client.ts';
import { Troubles } from '../../scripts/replay/troubles.ts';
import { testStack } from '../harness/stack.ts';
import { lostAnswer, refuse, startProxy, type Fault } from './_support/proxy.ts';

const PASSWORD = 'mzigo-demo-2026';
const stack = testStack();
const sales = new Client(stack, 'sales@acme.test', PASSWORD);
let order: Record<string, unknown>;
let stop: (() => Promise<void>) | null = null;

beforeAll(async () => {
  const first = async (query: string) => (await sales.get(`${query}&select=id&limit=1`))[0]?.id;
  order = {
    customer_id: await first('customers?status=eq.active'),
    warehouse_id: await first('warehouses?kind=eq.depot'),
    lines: [{ product_id: await first('products?is_active=is.true'), quantity: 1 }],
  };
});

afterEach(async () => {
  await stop?.();
  stop = null;
});

/** Sales behind a proxy to whose calls of a path the faults happen, one after the other. */
async function behind(path: string, ...faults: Fault[]) {
  const left = [...faults];
  const proxy = await startProxy(stack.url, (request) =>
    request.path.startsWith(path) ? (left.shift() ?? null) : null,
  );
  ({ stop } = proxy);
  const troubles = new Troubles();
  const run: Run = { shouldStop: () => false, troubles };
  const client = new Client({ ...stack, url: proxy.url }, 'sales@acme.test', PASSWORD, run);
  const asked = () => proxy.passed.filter((request) => request.path.startsWith(path)).length;
  return { client, troubles, asked };
}

const CREATE = '/rest/v1/rpc/create_order';

test('a command whose answer was lost is asked again with its key, and happens once', async () => {
  const { client, troubles, asked } = await behind(CREATE, lostAnswer);
  const external_reference = `lost-${randomUUID()}`;
  const key = { idempotency_key: randomUUID(), external_reference };
  const made = await client.rpc('create_order', { ...order, ...key });
  expect(asked()).toBe(2);
  expect(await sales.get(`orders?select=id&external_reference=eq.${external_reference}`)).toEqual([
    { id: made.id },
  ]);
  expect(troubles.describe()).toBe('1 × connection lost');
  expect(troubles.check().isRight).toBe(true);
});

test('without a key a lost answer is not asked again', async () => {
  const { client, troubles, asked } = await behind(CREATE, lostAnswer);
  await expect(client.rpc('create_order', order)).rejects.toBeInstanceOf(TypeError);
  expect(asked()).toBe(1);
  expect(troubles.describe()).toBe('1 × connection lost');
});

test.each([
  ['a deadlock', 500, '40P01', false],
  ['a statement that took too long', 500, '57014', false],
  ['another fault of the server', 500, 'XX000', false],
  ['others in the way', 500, '40001', true],
  ['a server that is starting', 503, 'starting', true],
  ['a token that has expired', 401, 'PGRST301', true],
])('%s: the command is asked again, and told', async (_, status, code, isRight) => {
  const { client, troubles, asked } = await behind(CREATE, refuse(status, code));
  await client.rpc('create_order', { ...order, idempotency_key: randomUUID() });
  expect(asked()).toBe(2);
  expect(troubles.describe()).toContain('1 × ');
  expect(troubles.check()).toMatchObject({ isRight });
});

test.each(['40P01', '57014', '55P03'])(
  'what the database has undone (%s) may be asked again without a key',
  async (code) => {
    const { client, asked } = await behind(CREATE, refuse(500, code));
    await client.rpc('create_order', order);
    expect(asked()).toBe(2);
  },
);

test('what may have happened is not asked again without a key', async () => {
  const { client, asked } = await behind(CREATE, refuse(503, 'PGRST000'));
  await expect(client.rpc('create_order', order)).rejects.toMatchObject({ status: 503 });
  expect(asked()).toBe(1);
});

test('it is asked four times at most', async () => {
  const faults = Array.from({ length: 5 }, () => refuse(503, 'starting'));
  const { client, troubles, asked } = await behind('/rest/v1/orders', ...faults);
  await expect(client.get('orders?select=id')).rejects.toMatchObject({ status: 503 });
  expect(asked()).toBe(4);
  expect(troubles.describe()).toBe('4 × 503 starting');
});

test('a refusal is an answer', async () => {
  const { client, troubles, asked } = await behind(CREATE);
  const wrong = { ...order, customer_id: randomUUID(), idempotency_key: randomUUID() };
  await expect(client.rpc('create_order', wrong)).rejects.toMatchObject({ status: 404 });
  expect(asked()).toBe(1);
  expect(troubles.describe()).toBe('');
});
