import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../harness/database.ts';
import { meet } from '../concurrency/meet.ts';
import { Office } from './office.ts';

let database: TestDatabase;
let office: Office;

beforeAll(async () => {
  database = await cloneDatabase('undone_imports');
  office = await Office.open(database, 'manager@acme.test');
});

afterAll(() => database.drop());

const products = (skus: string[], name = 'Imported') =>
  skus.map((sku) => ({ sku, name, base_price: '2', barcode: '', pack: 'box', pack_units: '6' }));

const found = async (text: string) =>
  (await office.person.query<{ value: string }>(text)).map(({ value }) => value);

const skusLike = (pattern: string) =>
  found(`select sku as value from public.products where sku like '${pattern}' order by sku`);

/** What a refused undo says of the records that stand in its way. */
async function usesOf(id: string): Promise<unknown> {
  const refusal = await office.person
    .rpc('undo_import', { import_id: id })
    .catch((error: unknown) => error);
  expect(refusal).toMatchObject({ message: 'import_rows_in_use' });
  return (JSON.parse((refusal as { detail: string }).detail) as { uses: unknown }).uses;
}

test('what it made goes with its parts, and what it changed is as it was', async () => {
  const first = await office.import('product', { rows: products(['GONE-1']) });
  const second = await office.import('product', {
    rows: products(['GONE-1', 'GONE-2'], 'Changed'),
    onDuplicate: 'update',
  });
  expect(await found(`select name as value from public.products where sku = 'GONE-1'`)).toEqual([
    'Changed',
  ]);
  await office.person.rpc('undo_import', { import_id: second });
  await office.work();
  expect(await office.status(second)).toBe('undone');
  expect(await office.outcome(second)).toEqual(['undone', 'undone']);
  expect(await skusLike('GONE-%')).toEqual(['GONE-1']);
  expect(await found(`select name as value from public.products where sku = 'GONE-1'`)).toEqual([
    'Imported',
  ]);
  // Changed and changed back is changed: the first import is no longer what it was.
  expect(await usesOf(first)).toMatchObject([{ table: 'products', rows: 1, problem: 'changed' }]);
});

test('what uses it is named', async () => {
  const id = await office.import('product', { rows: products(['USED-1', 'USED-2']) });
  await office.person.query(
    `insert into public.product_barcodes (product_id, code) select p.id, '96385074' from public.products p where p.sku = 'USED-2'`,
  );
  const [barcode] = await found(
    `select b.id::text as value from public.product_barcodes b where b.code = '96385074'`,
  );
  expect(await usesOf(id)).toEqual([{ table: 'product_barcodes', id: barcode, rows: 1 }]);
  await office.person.query(`delete from public.product_barcodes where code = '96385074'`);
  await office.person.rpc('undo_import', { import_id: id });
  await office.work();
  expect(await skusLike('USED-%')).toEqual([]);
});

test('of an undo and a use at the same moment one comes second, and nothing is torn', async () => {
  const id = await office.import('product', { rows: products(['RACE-1', 'RACE-2']) });
  await office.person.rpc('undo_import', { import_id: id });
  const user = await database.asUser('manager@acme.test');
  const answer = await meet(
    database,
    [
      user,
      `insert into public.product_packs (product_id, name, factor) select p.id, 'pallet', 60 from public.products p where p.sku = $1`,
      ['RACE-1'],
    ],
    [await database.asService(), 'select public.work_import()', []],
  );
  expect(answer).toBe('ok');
  expect(await office.record(id)).toMatchObject({
    status: 'done',
    status_reason: 'import_rows_in_use',
  });
  expect(await skusLike('RACE-%')).toEqual(['RACE-1', 'RACE-2']);
});

test('what is changed between the word and the deed stays', async () => {
  const id = await office.import('product', { rows: products(['LATE-1', 'LATE-2']) });
  await office.person.rpc('undo_import', { import_id: id });
  await office.person.query(
    `update public.products set description = 'Wanted after all' where sku = 'LATE-2'`,
  );
  await office.work();
  expect(await office.record(id)).toMatchObject({
    status: 'done',
    status_reason: 'import_rows_in_use',
  });
  expect(await skusLike('LATE-%')).toEqual(['LATE-1', 'LATE-2']);
});
