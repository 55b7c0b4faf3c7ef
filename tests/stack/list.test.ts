import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApi, type Api } from '../../supabase/stack/api.ts';
import { cloneDatabase, type TestDatabase } from '../harness/database.ts';
import { openSession, SECRETS, tokenFor } from './_support/tokens.ts';

let database: TestDatabase;
let api: Api;
let folder: string;
let token: string;
let order: string;

beforeAll(async () => {
  database = await cloneDatabase('list');
  const admin = await database.asAdmin();
  const { id } = await admin.one<{ id: string }>(
    "select id from auth.users where email = 'sales@acme.test'",
  );
  await openSession(admin, id);
  token = tokenFor(id);
  const sales = await database.asUser('sales@acme.test');
  const customer = await sales.one(
    "select id from public.customers where status = 'active' limit 1",
  );
  const depot = await sales.one("select id from public.warehouses where kind = 'depot' limit 1");
  const products = await sales.query('select id from public.products where is_active limit 3');
  for (let number = 0; number < 4; number += 1) {
    const made = await sales.rpc<{ id: string }>('create_order', {
      customer_id: customer['id'],
      warehouse_id: depot['id'],
      lines: products.map((it) => ({ product_id: it['id'], quantity: number + 1 })),
      notes: `say "${number}", (ok) \\ %`,
    });
    order = made.id;
  }
  folder = await mkdtemp(join(tmpdir(), 'mzigo-list-'));
  api = await startApi({
    databaseUrl: (role) => database.urlFor(role),
    secrets: SECRETS,
    storageFolder: folder,
  });
});

afterAll(async () => {
  await api.close();
  await database.drop();
  await rm(folder, { recursive: true });
});

type Headers = Record<string, string>;
const signedIn = (): Headers => ({
  apikey: SECRETS.publishableKey,
  authorization: `Bearer ${token}`,
  accept: 'application/json',
});

const quick = (path: string, headers: Headers = signedIn()) =>
  api.rest({ method: 'GET', url: `/rest/v1/${path}`, headers, body: Buffer.alloc(0) });

test.each<[string, number, Headers?]>([
  ['orders?order=number', 4],
  ['orders?select=nr:number,allowed_commands&order=number.desc.nullslast&limit=2', 2],
  ['orders?status=eq.cancelled', 0, { prefer: 'count=exact' }],
  ['orders?status=neq.cancelled&total=gt.0&order=number', 4],
  ['orders?number=not.ilike.ord-%2A2&order=number', 3],
  ['orders?number=in.(ORD-000001,"ORD-000002")&order=number', 2],
  ['orders?notes=eq.say "1", (ok) \\ %25', 1],
  ['orders?notes=in.("say \\"1\\", (ok) \\\\ %25",x)', 1],
  ['orders?address_id=not.is.null&is_on_hold=is.false&order=number', 4],
  ['customers?select=*&order=name&limit=3', 3],
])('%s finds %i rows', async (path, count, headers = {}) => {
  const { status, body } = await quick(path, { ...signedIn(), ...headers });
  expect(status).toBe(200);
  expect(JSON.parse(body ?? '')).toHaveLength(count);
});

test('rows that a foreign key leads to are objects, those that lead here are arrays', async () => {
  const answer = await quick(
    `orders?select=number,buyer:customers(name),lines:order_items(quantity,product:products(sku))&id=eq.${order}`,
  );
  const [row] = JSON.parse(answer.body ?? '') as Record<string, unknown>[];
  const line = { quantity: 4, product: { sku: expect.any(String) as string } };
  expect(row).toEqual({
    number: 'ORD-000004',
    buyer: { name: expect.any(String) as string },
    lines: [line, line, line],
  });
  const hinted = await quick(
    `orders?select=customers!orders_tenant_id_customer_id_fkey(name)&id=eq.${order}`,
  );
  expect(JSON.parse(hinted.body ?? '')).toEqual([{ customers: row?.['buyer'] }]);
});

test('a part of the rows says so, a whole list does not', async () => {
  const headers = { ...signedIn(), prefer: 'count=exact' };
  const part = await quick('orders?order=number&limit=2&offset=1', headers);
  expect(part).toMatchObject({ status: 206, headers: { 'content-range': '1-2/4' } });
  const all = await quick('orders?order=number', headers);
  expect(all).toMatchObject({ status: 200, headers: { 'content-range': '0-3/4' } });
});

test('another company sees none of it', async () => {
  const admin = await database.asAdmin();
  const { id } = await admin.one<{ id: string }>(
    "select id from auth.users where email = 'admin@globex.test'",
  );
  await openSession(admin, id);
  const headers = { ...signedIn(), authorization: `Bearer ${tokenFor(id)}` };
  expect(await quick(`orders?id=eq.${order}`, headers)).toMatchObject({ status: 200, body: '[]' });
});

test('who is not signed in is refused', async () => {
  const headers = { apikey: SECRETS.publishableKey };
  expect(await quick('orders', headers)).toMatchObject({ status: 401 });
});

test('a value that does not fit its column is the caller’s mistake', async () => {
  expect(await quick('orders?id=eq.x')).toMatchObject({ status: 400 });
  expect(await quick('orders?status=eq.nothing')).toMatchObject({ status: 400 });
});

test('values never become SQL', async () => {
  const evil = encodeURIComponent(`x'; drop table public.orders; --`);
  for (const filter of [`eq.${evil}`, `in.(${evil})`, `like.${evil}`]) {
    expect(await quick(`orders?number=${filter}`)).toMatchObject({ status: 200, body: '[]' });
  }
  for (const path of [`orders?order=${evil}`, `orders?select=${evil}`, `orders?${evil}=eq.1`]) {
    expect(await quick(path), path).toMatchObject({ status: 400 });
  }
});
