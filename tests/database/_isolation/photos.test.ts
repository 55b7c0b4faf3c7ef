import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../harness/database.ts';
import { assertBoundByPolicies } from './attempt.ts';
import { openCompany, playedBy, workMorning, type Company } from './company.ts';

let database: TestDatabase;
let acme: Company;
let globex: Company;
let order: string;

beforeAll(async () => {
  database = await cloneDatabase('photos');
  acme = await openCompany(database, 'acme');
  globex = await openCompany(database, 'globex');
  await workMorning(database, acme);
  const admin = await database.asAdmin();
  const stop = await admin.one<{ order_id: string }>(
    'select order_id from public.trip_stops where tenant_id = $1',
    [acme.tenantId],
  );
  order = stop.order_id;
});

afterAll(() => database.drop());

async function deliver(who: string, photo_paths: string[]): Promise<void> {
  const item = await playedBy(acme, 'driver').one<{ id: string }>(
    'select id from order_items where order_id = $1',
    [order],
  );
  await playedBy(acme, who).rpc('complete_delivery', {
    order_id: order,
    items: [{ order_item_id: item.id, delivered: 10 }],
    received_by: 'The cook',
    no_code_because: 'He did not find it',
    photo_paths,
  });
}

async function upload(company: Company, name: string, folder: string, file: string): Promise<void> {
  const session = playedBy(company, name);
  await assertBoundByPolicies(session);
  await session.query(
    `insert into storage.objects (bucket_id, name, owner_id) values ('proofs', $1, auth.uid()::text)`,
    [`${folder}/${file}`],
  );
}

async function seen(company: Company, name: string): Promise<string[]> {
  const rows = await playedBy(company, name).query<{ name: string }>(
    `select name from storage.objects where bucket_id = 'proofs' order by name`,
  );
  return rows.map((row) => row.name.slice(row.name.indexOf('/') + 1));
}

test('a photo goes into the folder of the own company only, and only by who delivers', async () => {
  const denied = { code: '42501' };
  await upload(acme, 'driver', acme.tenantId, 'delivery.jpg');
  await expect(upload(acme, 'driver', globex.tenantId, 'x.jpg')).rejects.toMatchObject(denied);
  await expect(upload(acme, 'customer', acme.tenantId, 'x.jpg')).rejects.toMatchObject(denied);
  await expect(upload(globex, 'admin', acme.tenantId, 'x.jpg')).rejects.toMatchObject(denied);
});

test('before the proof a photo is seen by its driver and the office, not by customers', async () => {
  expect(await seen(acme, 'driver')).toEqual(['delivery.jpg']);
  expect(await seen(acme, 'manager')).toEqual(['delivery.jpg']);
  expect(await seen(acme, 'customer')).toEqual([]);
  expect(await seen(globex, 'admin')).toEqual([]);
});

test('a delivery is proved by one to six different photos of the own company', async () => {
  const mine = (file: string) => `${acme.tenantId}/${file}.jpg`;
  const seven = ['1', '2', '3', '4', '5', '6', '7'].map((file) => mine(file));
  const invalid = { message: 'proof_invalid' };
  await expect(deliver('driver', seven)).rejects.toMatchObject(invalid);
  await expect(deliver('driver', [mine('1'), mine('1')])).rejects.toMatchObject(invalid);
  await expect(deliver('driver', [mine('1'), `${globex.tenantId}/1.jpg`])).rejects.toMatchObject(
    invalid,
  );
  await expect(deliver('driver', [])).rejects.toMatchObject({ message: 'proof_missing' });
});

test('the customer sees every photo of his own delivery, and no other one', async () => {
  await upload(acme, 'driver', acme.tenantId, 'delivery-2.jpg');
  await upload(acme, 'dispatcher', acme.tenantId, 'of_somebody_else.jpg');
  const both = ['delivery-2.jpg', 'delivery.jpg'];
  await deliver(
    'driver',
    both.map((file) => `${acme.tenantId}/${file}`),
  );
  expect(await seen(acme, 'customer')).toEqual(both);
  expect(await seen(acme, 'driver')).toEqual(both);
  expect(await seen(acme, 'manager')).toEqual([...both, 'of_somebody_else.jpg']);
  expect(await seen(globex, 'admin')).toEqual([]);
});
