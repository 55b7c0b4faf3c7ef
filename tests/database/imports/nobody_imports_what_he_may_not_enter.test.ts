import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../harness/database.ts';
import { Office } from './office.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await cloneDatabase('import_rights');
});

afterAll(() => database.drop());

const ROWS = [{ sku: 'RIGHT-1', name: 'Sample', base_price: '1' }];
const targets = async (email: string) =>
  (await (await database.asUser(email)).rpc<{ target: string }[]>('import_forms')).map(
    ({ target }) => target,
  );

test('each is offered what he may enter', async () => {
  expect(await targets('manager@acme.test')).toContain('product');
  expect(await targets('sales@acme.test')).not.toContain('product');
  expect(await targets('driver@acme.test')).toEqual([]);
});

test('without the right to make such records no file is taken', async () => {
  const sales = await Office.open(database, 'sales@acme.test');
  await expect(sales.send('product', { rows: ROWS })).rejects.toThrow('import_target_unknown');
  const driver = await Office.open(database, 'driver@acme.test');
  await expect(driver.send('product', { rows: ROWS })).rejects.toThrow('permission_denied');
});

test('a colleague without it does not run, stop or undo one, and another company does not see it', async () => {
  const manager = await Office.open(database, 'manager@acme.test');
  const id = await manager.send('product', { rows: ROWS });
  await manager.work();
  const sales = await database.asUser('sales@acme.test');
  const stranger = await database.asUser('admin@globex.test');
  for (const command of ['run_import', 'discard_import', 'check_import', 'undo_import']) {
    await expect(sales.rpc(command, { import_id: id })).rejects.toThrow('import_target_unknown');
    await expect(stranger.rpc(command, { import_id: id })).rejects.toThrow('record_not_found');
  }
  expect(await stranger.query('select from public.imports')).toEqual([]);
  expect(await stranger.query('select from public.import_rows')).toEqual([]);
  await expect(stranger.rpc('import_progress', { import_id: id })).rejects.toThrow(
    'record_not_found',
  );
});

test('rows and their state are not written by hand', async () => {
  const manager = await database.asUser('manager@acme.test');
  await expect(manager.query(`update public.import_rows set status = 'good'`)).rejects.toThrow(
    'permission denied',
  );
  await expect(manager.query(`update public.imports set status = 'done'`)).rejects.toThrow(
    'permission denied',
  );
});

test('a file with other columns than it says is refused with the fields', async () => {
  const manager = await database.asUser('manager@acme.test');
  const file = { target: 'product', file_name: 'p.csv', format: 'CSV', headers: '{a,b}' };
  const refusal = (mapping: unknown) =>
    manager.rpc('create_import', { ...file, mapping }).catch((error: unknown) => error);
  expect(await refusal({ sku: 'a', colour: 'b' })).toMatchObject({
    message: 'import_field_unknown',
    detail: '{"colour": "b"}',
  });
  expect(await refusal({ sku: 'a' })).toMatchObject({
    message: 'import_field_missing',
    detail: '{"name": "required", "base_price": "required"}',
  });
  expect(await refusal({})).toMatchObject({ message: 'import_field_missing' });
});

test('the next file with these columns begins with the same matching', async () => {
  const manager = await Office.open(database, 'manager@acme.test');
  await manager.send('product', { rows: ROWS });
  const asked = { target: 'product', headers: '{sku,name,base_price}' };
  expect(await manager.person.rpc('remembered_mapping', asked)).toEqual({
    sku: 'sku',
    name: 'name',
    base_price: 'base_price',
  });
  const admin = await database.asUser('admin@globex.test');
  expect(await admin.rpc('remembered_mapping', asked)).toBeNull();
});
