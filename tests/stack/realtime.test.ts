import pg from 'pg';
import type { SupabaseClient } from '@supabase/supabase-js';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { companyOf, signIn, visitor } from '../harness/people.ts';
import { startTestStack, type TestStack } from '../harness/stack.ts';

let stack: TestStack;
let stop: () => Promise<void>;
let sales: SupabaseClient;
let stranger: SupabaseClient;
let acme: string;

beforeAll(async () => {
  ({ stack, stop } = await startTestStack());
  sales = await signIn(stack, 'sales@acme.test');
  stranger = await signIn(stack, 'admin@globex.test');
  acme = await companyOf(sales);
});

afterEach(() => Promise.all([sales, stranger].map((it) => it.removeAllChannels())));
afterAll(() => stop());

interface Heard {
  event: string;
  payload: Record<string, unknown>;
}

/** Joins a topic; answers what the server said to that and everything that is heard from then on. */
async function join(client: SupabaseClient, topic: string, isPrivate = true) {
  const heard: Heard[] = [];
  await client.realtime.setAuth();
  const channel = client.channel(topic, { config: { private: isPrivate } });
  channel.on('broadcast', { event: '*' }, ({ event, payload }) => heard.push({ event, payload }));
  const answer = await new Promise<string>((resolve) => {
    channel.subscribe((status, error) => resolve(error ? `${status}: ${error.message}` : status));
  });
  return { answer, heard, channel };
}

/** An order, which has the database send something of it. */
async function makeOrder(client: SupabaseClient): Promise<string> {
  const id = async (table: string, column: string, value: unknown) => {
    const { data } = await client.from(table).select('id').eq(column, value).limit(1);
    return (data as { id: string }[] | null)?.[0]?.id;
  };
  const { data, error } = await client
    .rpc('create_order', {
      customer_id: await id('customers', 'status', 'active'),
      warehouse_id: await id('warehouses', 'kind', 'depot'),
      lines: [{ product_id: await id('products', 'is_active', true), quantity: 1 }],
      submit: true,
    })
    .single<{ id: string }>();
  if (error) throw new Error(error.message);
  return data.id;
}

/** A socket without a library in between: what is sent is what the server gets. */
async function openSocket(client: SupabaseClient, topic: string) {
  const { data } = await client.auth.getSession();
  const url = `${stack.url.replace('http', 'ws')}/realtime/v1/websocket?apikey=${stack.publishableKey}&vsn=2.0.0`;
  const socket = new WebSocket(url);
  const frames: unknown[] = [];
  socket.addEventListener('message', ({ data: text }) => frames.push(JSON.parse(String(text))));
  await new Promise((resolve) => socket.addEventListener('open', resolve));
  const say = (ref: string, event: string, payload: object) =>
    socket.send(JSON.stringify(['1', ref, `realtime:${topic}`, event, payload]));
  const token = data.session?.access_token;
  say('1', 'phx_join', { config: { private: true }, access_token: token });
  return { frames, say, close: () => socket.close() };
}

test('a command is heard by the pages of its own company only', async () => {
  const own = await join(sales, `tenant:${acme}:orders.view`);
  expect(own.answer).toBe('SUBSCRIBED');
  // What the library would leave out is seen, too.
  const other = await openSocket(stranger, `tenant:${await companyOf(stranger)}:orders.view`);
  const id = await makeOrder(sales);
  await expect
    .poll(() => own.heard, { timeout: 20_000 })
    .toContainEqual({
      event: 'change',
      payload: expect.objectContaining({ entity_type: 'order', entity_id: id }) as object,
    });
  const theirs = await makeOrder(stranger);
  await expect.poll(() => JSON.stringify(other.frames), { timeout: 20_000 }).toContain(theirs);
  expect(JSON.stringify(other.frames)).not.toContain(id);
  other.close();
});

test('another company’s topic is closed', async () => {
  expect((await join(stranger, `tenant:${acme}:orders.view`)).answer).toMatch(
    /CHANNEL_ERROR.*Unauthorized/,
  );
});

test('who is not signed in hears nothing', async () => {
  const nobody = visitor(stack);
  expect((await join(nobody, `tenant:${acme}:orders.view`)).answer).toMatch(/CHANNEL_ERROR/);
  await nobody.removeAllChannels();
});

test('there are no public channels', async () => {
  expect((await join(sales, `tenant:${acme}:orders.view`, false)).answer).toMatch(
    /CHANNEL_ERROR.*private/,
  );
});

test.each(['customer', 'driver'])(
  'a %s, who sees only some of the orders, is not told of all of them',
  async (role) => {
    const limited = await signIn(stack, `${role}@acme.test`);
    const joined = await join(limited, `tenant:${acme}:orders.view`);
    expect(joined.answer).toMatch(/CHANNEL_ERROR.*Unauthorized/);
    await limited.removeAllChannels();
  },
);

test('who may not see payments is not told of them', async () => {
  const warehouse = await signIn(stack, 'warehouse@acme.test');
  const joined = await join(warehouse, `tenant:${acme}:payments.view`);
  expect(joined.answer).toMatch(/CHANNEL_ERROR.*Unauthorized/);
  await warehouse.removeAllChannels();
});

test.each([
  [
    'membership is switched off',
    `update public.memberships set status = 'inactive' where user_id = $1`,
  ],
  ['session is ended', 'delete from auth.sessions where user_id = $1'],
  [
    'account is banned',
    `update auth.users set banned_until = now() + interval '1 hour' where id = $1`,
  ],
])('whose %s hears nothing that is committed after it', async (_, text) => {
  const topic = `tenant:${acme}:orders.view`;
  const agent = await signIn(stack, 'analyst@acme.test');
  const socket = await openSocket(agent, topic);
  await expect.poll(() => JSON.stringify(socket.frames)).toContain('postgres_changes');
  const { data } = await agent.auth.getUser();
  const admin = new pg.Client(stack.superuserUrl);
  await admin.connect();
  await admin.query(text, [data.user?.id]);
  await admin.query(`select realtime.send('{"entity_id": "secret"}', 'change', $1, true)`, [topic]);
  await expect.poll(() => JSON.stringify(socket.frames)).toContain('phx_close');
  expect(JSON.stringify(socket.frames)).not.toContain('secret');
  await admin.query(`update public.memberships set status = 'active' where user_id = $1`, [
    data.user?.id,
  ]);
  await admin.query('update auth.users set banned_until = null where id = $1', [data.user?.id]);
  await admin.end();
  socket.close();
});

test('a change of rights that leaves the right to listen loses no message', async () => {
  const topic = `tenant:${acme}:orders.view`;
  const socket = await openSocket(sales, topic);
  await expect.poll(() => JSON.stringify(socket.frames)).toContain('postgres_changes');
  const { data } = await sales.auth.getUser();
  const admin = new pg.Client(stack.superuserUrl);
  await admin.connect();
  await admin.query('update public.memberships set version = version where user_id = $1', [
    data.user?.id,
  ]);
  await admin.query(`select realtime.send('{"entity_id": "kept"}', 'change', $1, true)`, [topic]);
  await expect.poll(() => JSON.stringify(socket.frames)).toContain('kept');
  await admin.end();
  socket.close();
});

test('a page cannot speak for the database', async () => {
  const topic = `tenant:${acme}:orders.view`;
  const listener = await join(sales, topic);
  const colleague = await signIn(stack, 'manager@acme.test');
  const socket = await openSocket(colleague, topic);
  const answer = (ref: string, response: object) =>
    ['1', ref, `realtime:${topic}`, 'phx_reply', response] as unknown;
  const joined = answer('1', { status: 'ok', response: { postgres_changes: [] } });
  await expect.poll(() => socket.frames).toContainEqual(joined);
  const payload = { entity_id: 'forged' };
  socket.say('2', 'broadcast', { type: 'broadcast', event: 'change', payload });
  const reason = 'Unauthorized: Only the database sends on this Channel';
  const refused = answer('2', { status: 'error', response: { reason } });
  await expect.poll(() => socket.frames).toContainEqual(refused);
  await makeOrder(sales);
  await expect.poll(() => listener.heard.length, { timeout: 20_000 }).toBeGreaterThan(0);
  expect(JSON.stringify(listener.heard)).not.toContain('forged');
  socket.close();
});

test('the socket opens only with a key of this stack', async () => {
  const url = `${stack.url.replace('http', 'ws')}/realtime/v1/websocket?apikey=wrong&vsn=2.0.0`;
  const socket = new WebSocket(url);
  const outcome = await new Promise((resolve) => {
    socket.addEventListener('open', () => resolve('open'));
    socket.addEventListener('error', () => resolve('refused'));
  });
  expect(outcome).toBe('refused');
});
