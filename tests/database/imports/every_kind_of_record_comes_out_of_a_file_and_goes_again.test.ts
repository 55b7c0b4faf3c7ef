import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';
import { Office } from './office.ts';

let database: TestDatabase;
let office: Office;
let admin: Session;
let customer: string;

beforeAll(async () => {
  database = await cloneDatabase('import_kinds');
  office = await Office.open(database, 'manager@acme.test');
  admin = await database.asAdmin();
  customer = (
    await admin.one<{ code: string }>(
      `select c.code from public.customers c join public.tenants t on t.id = c.tenant_id and t.slug = 'acme' where c.name = 'Kilimani Mini Mart'`,
    )
  ).code;
});

afterAll(() => database.drop());

/** Imported, looked at, undone, and gone without a trace but in the ledger. */
async function comeAndGo(
  target: string,
  rows: Record<string, string>[],
  look: () => Promise<unknown>,
  expected: unknown,
): Promise<void> {
  const before = await look();
  const id = await office.import(target, { rows });
  expect(await office.rows(id)).toMatchObject(rows.map(() => ({ status: 'made' })));
  expect(await look()).toEqual(expected);
  await office.person.rpc('undo_import', { import_id: id });
  await office.work();
  expect(await office.record(id)).toMatchObject({ status: 'undone', status_reason: null });
  expect(await look()).toEqual(before);
}

test('customers, as drafts, with their addresses and contacts', () =>
  comeAndGo(
    'customer',
    [
      {
        code: 'IMP-C1',
        name: 'Imported shop',
        phone: '0712 345 678',
        street: 'Moi Avenue 1',
        city: 'Nairobi',
        contact: 'Jane',
      },
      { code: 'IMP-C1', name: 'Imported shop', street: 'Moi Avenue 2', city: 'Nairobi' },
      { name: 'Imported without a code' },
    ],
    () =>
      office.person.query(
        `select c.name, c.status::text, c.phone,
           (select string_agg(a.street || case when a.is_default then ' *' else '' end, ', ' order by a.street) from public.customer_addresses a where a.customer_id = c.id) as addresses,
           (select string_agg(k.name, ', ') from public.contacts k where k.customer_id = c.id) as contacts
         from public.customers c where c.name like 'Imported %' order by c.name`,
      ),
    [
      {
        name: 'Imported shop',
        status: 'draft',
        phone: '+254712345678',
        addresses: 'Moi Avenue 1 *, Moi Avenue 2',
        contacts: 'Jane',
      },
      {
        name: 'Imported without a code',
        status: 'draft',
        phone: null,
        addresses: null,
        contacts: null,
      },
    ],
  ));

test('orders, as drafts at the prices of today, of all rows with one reference', async () => {
  // One that the first order of the file looks like, which keeps nobody from taking the file back.
  await office.person.query(
    `select create_order(c.id, w.id, jsonb_build_array(jsonb_build_object('product_id', p.id, 'quantity', 3)))
     from public.customers c, public.warehouses w, public.products p
     where c.code = $1 and w.code = 'NBO' and p.sku = 'COL-300'`,
    [customer],
  );
  await comeAndGo(
    'order',
    [
      { reference: 'IMP-O1', customer, product: 'COL-300', quantity: '3', depot: 'NBO' },
      { reference: 'IMP-O2', customer, product: 'COL-300', quantity: '1', depot: 'NBO' },
      { reference: 'IMP-O1', customer, product: 'ene-250', quantity: '2', depot: 'NBO' },
    ],
    () =>
      office.person.query(
        `select o.external_reference, o.status::text, o.total > 0 as has_a_price, (select sum(i.quantity)::int from public.order_items i where i.order_id = o.id) as pieces
         from public.orders o where o.external_reference like 'IMP-%' order by 1`,
      ),
    [
      { external_reference: 'IMP-O1', status: 'draft', has_a_price: true, pieces: 5 },
      { external_reference: 'IMP-O2', status: 'draft', has_a_price: true, pieces: 1 },
    ],
  );
});

test('doors, in the area that is named or in which they lie', () =>
  comeAndGo(
    'door',
    [
      { address: 'Import Lane 1', unit: 'B', territory: 'NBO', note: 'Blue gate' },
      { address: 'Import Lane 2', latitude: '-1.28', longitude: '36.8' },
    ],
    () =>
      office.person.query(
        `select d.address, d.unit, t.code as area, d.latitude::text, d.note from public.doors d left join public.territories t on t.id = d.territory_id
         where d.address like 'Import %' order by 1`,
      ),
    [
      { address: 'Import Lane 1', unit: 'B', area: 'NBO', latitude: null, note: 'Blue gate' },
      { address: 'Import Lane 2', unit: '', area: 'NBO', latitude: '-1.280000', note: null },
    ],
  ));

test('price lists with their prices', () =>
  comeAndGo(
    'price_list',
    [
      { price_list: 'Imported list', product: 'COL-300', price: '700', customer_type: 'imported' },
      { price_list: 'Imported list', product: 'COL-300', price: '650', min_quantity: '10' },
    ],
    () =>
      office.person.query(
        `select l.customer_type, (select string_agg(trim_scale(i.min_quantity) || ': ' || i.price, ', ' order by i.min_quantity) from public.price_list_items i where i.price_list_id = l.id) as prices
         from public.price_lists l where l.name = 'Imported list'`,
      ),
    [{ customer_type: 'imported', prices: '1: 700.00, 10: 650.00' }],
  ));

test('stock, as an adjustment per depot that somebody else approves', () =>
  comeAndGo(
    'adjustment',
    [
      { depot: 'NBO', product: 'COL-300', quantity: '5', note: 'Opening stock of a file' },
      {
        depot: 'KLF',
        product: 'COL-300',
        quantity: '-1',
        reason: 'lost',
        note: 'Opening stock of a file',
      },
    ],
    () =>
      office.person.query(
        `select a.status::text, a.reason, w.code, i.quantity::int from public.manual_adjustments a
         join public.warehouses w on w.id = a.warehouse_id join public.manual_adjustment_items i on i.adjustment_id = a.id
         where a.note = 'Opening stock of a file' order by w.code`,
      ),
    [
      { status: 'draft', reason: 'Lost', code: 'KLF', quantity: -1 },
      { status: 'draft', reason: 'Correction', code: 'NBO', quantity: 5 },
    ],
  ));

test('payments, waiting for approval', () =>
  comeAndGo(
    'payment',
    [
      {
        customer,
        method: 'bank_transfer',
        amount: '12.50',
        reference: 'IMP-P1',
        received_on: '2026-11-02',
      },
    ],
    () =>
      office.person.query(
        `select p.status::text, p.amount::text, (p.received_at at time zone 'Africa/Nairobi')::text as received from public.payments p where p.reference = 'IMP-P1'`,
      ),
    [{ status: 'pending', amount: '12.50', received: '2026-11-02 00:00:00' }],
  ));

test('an order of which one line is bad is not imported by halves', async () => {
  const row = { customer, product: 'COL-300', quantity: '1', depot: 'NBO' };
  const id = await office.send('order', {
    rows: [
      { ...row, reference: 'HALF-1' },
      { ...row, reference: 'HALF-1', quantity: 'many' },
      { ...row, reference: 'HALF-2', product: 'NO-SUCH' },
      { ...row, reference: 'HALF-3' },
    ],
  });
  await office.work();
  expect(await office.outcome(id)).toEqual([
    'bad: import_record_incomplete',
    'bad: import_value_invalid',
    'bad: import_reference_unknown',
    'good',
  ]);
});

test('each line that a record is refused for is told its own problem', async () => {
  const row = { depot: 'NBO', product: 'COL-300', quantity: '1' };
  const id = await office.send('adjustment', {
    rows: [row, { ...row, product: 'ENE-250', quantity: '0' }],
  });
  await office.work();
  expect(await office.rows(id)).toMatchObject([
    { error_key: 'import_record_incomplete', error_details: { line: 3 } },
    { error_key: 'lines_invalid', error_details: { problem: 'quantity_missing' } },
  ]);
});

test('a price list that is changed keeps its other prices, and gets the old ones back', async () => {
  const prices = () =>
    office.person.query(
      `select trim_scale(i.min_quantity)::text as from, i.price::text from public.price_list_items i join public.price_lists l on l.id = i.price_list_id where l.name = 'Kept list' order by 1`,
    );
  const step = { price_list: 'Kept list', product: 'COL-300' };
  await office.import('price_list', {
    rows: [
      { ...step, price: '9', customer_type: 'kept' },
      { ...step, price: '8', min_quantity: '5' },
    ],
  });
  const id = await office.import('price_list', {
    rows: [
      { ...step, price: '7', min_quantity: '5' },
      { ...step, price: '6', min_quantity: '50' },
    ],
    onDuplicate: 'update',
  });
  expect(await prices()).toEqual([
    { from: '1', price: '9.00' },
    { from: '5', price: '7.00' },
    { from: '50', price: '6.00' },
  ]);
  await office.person.rpc('undo_import', { import_id: id });
  await office.work();
  expect(await prices()).toEqual([
    { from: '1', price: '9.00' },
    { from: '5', price: '8.00' },
  ]);
});
