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
  api.call({ method: 'GET', url: `/rest/v1/${path}`, headers, body: Buffer.alloc(0) });

const NAMES = ['content-type', 'content-range', 'content-location', 'preference-applied'];

/** The engine writes times of whole rows as PostgreSQL does in text, PostgREST as JSON has them. */
function withTimesOfJson(text: string): string {
  return text.replaceAll(/"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)\+00"/g, '"$1T$2+00:00"');
}

async function compare(path: string, more: Headers = {}) {
  const headers = { ...signedIn(), ...more };
  const own = await quick(path, headers);
  if (own === null) throw new Error('left to the engine');
  const answer = await api.fetch(new Request(`http://localhost/rest/v1/${path}`, { headers }));
  const pick = (get: (name: string) => string | null | undefined) =>
    Object.fromEntries(NAMES.map((name) => [name, get(name) ?? null]));
  return {
    own: {
      status: own.status,
      headers: pick((name) => own.headers[name]),
      rows: JSON.parse(own.body ?? '') as Record<string, unknown>[],
    },
    engine: {
      status: answer.status,
      headers: pick((name) => answer.headers.get(name)),
      rows: JSON.parse(withTimesOfJson(await answer.text())) as Record<string, unknown>[],
    },
  };
}

const PLAIN: [string, Headers?][] = [
  ['orders?order=number'],
  ['orders?select=id,number,total&order=total.desc,id.asc'],
  ['orders?select=nr:number,allowed_commands&order=number.desc.nullslast&limit=2'],
  ['orders?select=number,lines:order_items(line_number,quantity)&order=number'],
  ['orders?order=number&limit=2&offset=1', { prefer: 'count=exact' }],
  ['orders?order=number', { prefer: 'count=exact' }],
  ['orders?status=eq.cancelled', { prefer: 'count=exact' }],
  ['orders?status=neq.cancelled&total=gt.0&order=number'],
  ['orders?number=like.ORD*&order=number'],
  ['orders?number=not.ilike.ord-%2A2&order=number'],
  ['orders?number=in.(ORD-000001,"ORD-000002")&order=number'],
  ['orders?status=in.()'],
  ['orders?notes=eq.say "1", (ok) \\ %25'],
  ['orders?notes=in.("say \\"1\\", (ok) \\\\ %25",x)'],
  ['orders?address_id=not.is.null&is_on_hold=is.false&order=number'],
  ['customers?select=*&order=name&limit=3'],
  ['memberships?select=id,role&order=id'],
];

test.each(PLAIN)('%s is answered as the engine behind it does', async (path, headers) => {
  const { own, engine } = await compare(path, headers);
  expect(own).toEqual(engine);
});

test('rows that a foreign key leads to are objects, those that lead here are arrays', async () => {
  const answer = await quick(
    `orders?select=number,buyer:customers(name),lines:order_items(quantity,product:products(sku))&id=eq.${order}`,
  );
  const [row] = JSON.parse(answer?.body ?? '') as Record<string, unknown>[];
  const line = { quantity: 4, product: { sku: expect.any(String) as string } };
  expect(row).toEqual({
    number: 'ORD-000004',
    buyer: { name: expect.any(String) as string },
    lines: [line, line, line],
  });
  const hinted = await quick(
    `orders?select=customers!orders_tenant_id_customer_id_fkey(name)&id=eq.${order}`,
  );
  expect(JSON.parse(hinted?.body ?? '')).toEqual([{ customers: row?.['buyer'] }]);
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
    expect(await quick(path), path).toBeNull();
  }
});

test.each([
  'nothing',
  'orders?select=total.sum()',
  'orders?select=missing',
  'orders?select=nothing(id)',
  'orders?select=number,number',
  'orders?select=number,',
  'orders?select=(number',
  'orders?missing=eq.1',
  'orders?number=fts.x',
  'orders?number=neq(any).{x}',
  'orders?select=notes->x',
  'orders?select=...customers(name)',
  'orders?select=again:orders(number)',
  'orders?or=()',
  'orders?or=(number.eq.1',
  'orders?or=number.eq.1',
  'orders?or=(missing.eq.1)',
  'orders?or=',
  'container_balances?select=*,products(name)',
  'orders?number=1',
  'orders?number=in.x',
  'orders?order=number.up',
  'orders?limit=1&limit=2',
])('%s is left to the engine', async (path) => {
  expect(await quick(path)).toBeNull();
});

test.each<[string, Headers]>([
  ['CSV', { accept: 'text/csv' }],
  ['another schema', { 'accept-profile': 'analytics' }],
])('%s is left to the engine', async (_, headers) => {
  expect(await quick('orders', { ...signedIn(), ...headers })).toBeNull();
});
