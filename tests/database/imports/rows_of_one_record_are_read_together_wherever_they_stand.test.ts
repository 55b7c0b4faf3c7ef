import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../harness/database.ts';
import { Office } from './office.ts';

/** More rows than one batch of the worker has. */
const MANY = 320;

let database: TestDatabase;
let office: Office;

beforeAll(async () => {
  database = await cloneDatabase('scattered_imports');
  office = await Office.open(database, 'manager@acme.test');
});

afterAll(() => database.drop());

/** As many products, with the row at `index` changed. */
const products = (prefix: string, changes: Record<number, Record<string, string>>) =>
  Array.from({ length: MANY }, (_, index) => ({
    sku: `${prefix}-${index}`,
    name: 'One of many',
    base_price: '1',
    ...changes[index],
  }));

test('a product that a file has at its beginning and at its end is named once, with the line', async () => {
  const id = await office.send('product', {
    rows: products('TWICE', { 0: { base_price: 'one' }, [MANY - 1]: { sku: 'TWICE-1' } }),
  });
  await office.work();
  expect((await office.rows(id)).filter(({ status }) => status === 'bad')).toMatchObject([
    { line: 2, error_key: 'import_value_invalid' },
    { line: MANY + 1, error_key: 'import_row_repeats', error_details: { line: 3 } },
  ]);
});

test('an order whose lines are scattered over a file is one order, and a bad line far below is its own', async () => {
  const { code } = await office.person.one<{ code: string }>(
    `select code from public.customers where name = 'Kilimani Mini Mart'`,
  );
  const line = (reference: string, quantity = '1') => ({
    reference,
    customer: code,
    product: 'COL-300',
    quantity,
    depot: 'NBO',
  });
  const fillers = Array.from({ length: MANY }, (_, index) => line(`FILL-${index % 8}`, 'many'));
  const id = await office.send('order', {
    rows: [line('WHOLE'), line('HALF'), ...fillers, line('WHOLE', '2'), line('HALF', 'some')],
  });
  await office.work();
  expect(await office.outcome(id)).toEqual([
    'good',
    'bad: import_record_incomplete',
    ...fillers.map(() => 'bad: import_value_invalid'),
    'good',
    'bad: import_value_invalid',
  ]);
  await office.person.rpc('run_import', { import_id: id });
  await office.work();
  expect(
    await office.person.query(
      `select external_reference, (select sum(i.quantity)::int from public.order_items i where i.order_id = o.id) as pieces
       from public.orders o where external_reference in ('WHOLE', 'HALF')`,
    ),
  ).toEqual([{ external_reference: 'WHOLE', pieces: 3 }]);
});

test('a file of which every row is bad is checked to its end', async () => {
  const rows = products('NONE', {}).map((row) => ({ ...row, base_price: 'free' }));
  const id = await office.send('product', { rows });
  await office.work();
  expect(await office.record(id)).toMatchObject({ status: 'ready', rows_bad: MANY });
});

test('a check that is asked for again forgets what the first one said', async () => {
  const id = await office.send('product', { rows: products('AGAIN', { 3: { sku: 'COL-300' } }) });
  await office.work();
  expect(await office.record(id)).toMatchObject({ status: 'ready', rows_bad: 1 });
  await office.person.rpc('check_import', { import_id: id, on_duplicate: 'skip' });
  await office.work();
  expect(await office.record(id)).toMatchObject({ status: 'ready', rows_bad: 0 });
});
