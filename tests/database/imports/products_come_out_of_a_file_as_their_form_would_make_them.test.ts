import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';
import { Office } from './office.ts';

let database: TestDatabase;
let office: Office;
let admin: Session;

beforeAll(async () => {
  database = await cloneDatabase('product_imports');
  office = await Office.open(database, 'manager@acme.test');
  admin = await database.asAdmin();
});

afterAll(() => database.drop());

const product = (sku: string) =>
  admin.query(
    `select p.name, p.unit, p.base_price::text, p.tax_rate::text, p.created_by = auth_user.id as is_his,
       (select string_agg(k.name || ' ' || trim_scale(k.factor), ',') from public.product_packs k where k.product_id = p.id) as packs,
       (select string_agg(b.code || coalesce(' ' || k.name, ''), ',' order by b.code) from public.product_barcodes b
         left join public.product_packs k on k.id = b.pack_id where b.product_id = p.id) as codes
     from public.products p
     join auth.users auth_user on auth_user.email = 'manager@acme.test'
     join public.tenants t on t.id = p.tenant_id and t.slug = 'acme'
     where p.sku = $1`,
    [sku],
  );

test('a product comes with its pack, its barcodes and its taxes, in the name of who imports it', async () => {
  await office.person.query(
    `insert into public.taxes (name, percent) values ('Levy', 2), ('VAT', 16)`,
  );
  const id = await office.import('product', {
    rows: [
      {
        sku: 'IMP-1',
        name: 'Ginger ale',
        base_price: '12.5',
        taxes: 'VAT, levy',
        pack: 'crate',
        pack_units: '24',
        barcode: '96385074',
        pack_barcode: '4006381333931',
      },
    ],
  });
  expect(await office.status(id)).toBe('done');
  expect(await office.outcome(id)).toEqual(['made']);
  expect(await product('IMP-1')).toEqual([
    {
      name: 'Ginger ale',
      unit: 'piece',
      base_price: '12.50',
      tax_rate: '18.00',
      is_his: true,
      packs: 'crate 24',
      codes: '4006381333931 crate,96385074',
    },
  ]);
});

test('each bad row says why, in the words of the form, and the others are imported', async () => {
  const rows = Array.from({ length: 40 }, (_, index) => ({
    sku: `MANY-${index}`,
    name: 'One of many',
    base_price: '1',
  }));
  Object.assign(rows[3] ?? {}, { base_price: '-1' });
  Object.assign(rows[7] ?? {}, { base_price: 'twelve' });
  Object.assign(rows[11] ?? {}, { sku: 'MANY-10' });
  Object.assign(rows[20] ?? {}, { taxes: 'Unheard of' });
  const id = await office.send('product', { rows });
  await office.work();
  expect(await office.record(id)).toMatchObject({ status: 'ready', rows_bad: 4 });
  const said = (await office.rows(id)).filter(({ status }) => status === 'bad');
  expect(said.map((row) => [row.line, row.error_key, row.error_details])).toEqual([
    [5, 'base_price_is_bounded', { base_price: -1 }],
    [9, 'import_value_invalid', { base_price: 'twelve' }],
    [13, 'import_row_repeats', { sku: 'MANY-10', line: 12 }],
    [22, 'import_reference_unknown', { taxes: 'Unheard of' }],
  ]);
  expect(await product('MANY-0'), 'a check writes nothing').toEqual([]);
  await office.person.rpc('run_import', { import_id: id });
  await office.work();
  expect((await office.outcome(id)).filter((outcome) => outcome === 'made')).toHaveLength(36);
});

test('a known product is refused, skipped or changed, as the import was told', async () => {
  const row = { sku: 'IMP-1', name: 'Ginger ale, dry', base_price: '13' };
  const refused = await office.send('product', { rows: [row, { ...row, sku: 'IMP-2' }] });
  await office.work();
  expect(await office.outcome(refused)).toEqual(['bad: import_duplicate', 'good']);

  const skipped = await office.import('product', { rows: [row], onDuplicate: 'skip' });
  expect(await office.outcome(skipped)).toEqual(['skipped']);
  expect(await product('IMP-1')).toMatchObject([{ name: 'Ginger ale' }]);

  const changed = await office.import('product', { rows: [row], onDuplicate: 'update' });
  expect(await office.outcome(changed)).toEqual(['changed']);
  expect(await product('IMP-1')).toMatchObject([
    { name: 'Ginger ale, dry', base_price: '13.00', tax_rate: '18.00', packs: 'crate 24' },
  ]);
});

test('all or nothing is not begun while a row is bad', async () => {
  const rows = [
    { sku: 'WHOLE-1', name: 'First', base_price: '1' },
    { sku: 'WHOLE-2', name: 'Second', base_price: '-1' },
  ];
  const id = await office.send('product', { rows, isWhole: true });
  await office.work();
  await expect(office.person.rpc('run_import', { import_id: id })).rejects.toThrow(
    'import_has_bad_rows',
  );
  expect(await product('WHOLE-1')).toEqual([]);
});

test('all or nothing is taken back when a row is refused after all', async () => {
  const rows = [
    { sku: 'WHOLE-3', name: 'Third', base_price: '1' },
    { sku: 'WHOLE-4', name: 'Fourth', base_price: '1' },
  ];
  const id = await office.send('product', { rows, isWhole: true });
  await office.work();
  await office.person.rpc('run_import', { import_id: id });
  await office.person.query(
    `insert into public.products (sku, name, base_price) values ('WHOLE-4', 'In between', 1)`,
  );
  await office.work();
  expect(await office.record(id)).toMatchObject({
    status: 'undone',
    status_reason: 'import_row_failed',
  });
  expect(await office.outcome(id)).toEqual(['undone', 'bad: import_duplicate']);
  expect(await product('WHOLE-3')).toEqual([]);
});
