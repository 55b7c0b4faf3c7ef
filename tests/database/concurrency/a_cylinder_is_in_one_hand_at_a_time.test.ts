import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../harness/database.ts';
import { Races, type Attempt } from './race.ts';

let database: TestDatabase;
let races: Races;
const made = (expression: string) => races.made(expression);
const number = (expression: string) => races.number(expression);

beforeAll(async () => {
  database = await cloneDatabase('serials');
  races = await Races.open(database);
  const admin = await database.asAdmin();
  await admin.query(
    `insert into products (tenant_id, sku, name, unit, base_price, tracking) values (tests.tenant('acme'), 'CYL', 'Cylinder', 'cylinder', 100, 'serial')`,
  );
  const receipt = await receiptOf(3);
  await scanned(receipt, ['A1', 'A2', 'A3']);
  await applied(receipt);
});

afterAll(() => database.drop());

const receiptOf = (quantity: number) =>
  made(
    `(select id from tests.sign_in('warehouse@acme.test'), public.create_adjustment(tests.depot(), tests.reason('Found'), tests.lines('CYL', ${quantity})))`,
  );
const transferOf = (quantity: number) =>
  made(
    `(select id from tests.sign_in('warehouse@acme.test'), public.create_transfer(tests.depot(), tests.depot('KLF'), tests.lines('CYL', ${quantity})))`,
  );
const scanned = (document_id: string, codes: string[]) =>
  made(
    `(select s from tests.sign_in('warehouse@acme.test'), public.scan_serials('adjustment', '${document_id}', '{${codes.join()}}', tests.product('CYL')) s)`,
  );

async function applied(receipt: string): Promise<void> {
  for (const [person, step] of [
    ['warehouse', 'submit'],
    ['manager', 'approve'],
    ['warehouse', 'apply'],
  ]) {
    await made(
      `(select id from tests.sign_in('${person}@acme.test'), public.${step}_adjustment('${receipt}'))`,
    );
  }
}

const scan = (document_type: string, document_id: string, codes: string[]): Attempt => [
  'warehouse',
  'scan_serials',
  { document_type, document_id, codes },
];
const piece = (code: string) => made(`(select id from serials where code = '${code}')`);

test('two people who scan one cylinder for two documents: one gets it', async () => {
  const transfers = await Promise.all([transferOf(1), transferOf(1), transferOf(1)]);
  const answers = await races.at(
    'serials',
    await piece('A1'),
    transfers.map((id) => scan('transfer', id, ['A1'])),
    'update',
  );
  expect(answers).toEqual({ ok: 1, serials_invalid: 2 });
});

test('two people who scan one cylinder for one document: it is scanned once', async () => {
  const transfer = await transferOf(2);
  const answers = await races.at(
    'serials',
    await piece('A2'),
    [scan('transfer', transfer, ['A2']), scan('transfer', transfer, ['A2'])],
    'update',
  );
  expect(answers).toEqual({ ok: 2 });
  expect(
    await number(`(select count(*) from private.serial_scans where document_id = '${transfer}')`),
  ).toBe(1);
});

test('two people who scan one more each than a document takes: one is told that it is enough', async () => {
  const receipt = await receiptOf(1);
  const product_id = await made(`tests.product('CYL')`);
  const answers = await races.at(
    'products',
    product_id,
    ['B1', 'B2'].map((code): Attempt => {
      const [person, command, args] = scan('adjustment', receipt, [code]);
      return [person, command, { ...args, product_id }];
    }),
    'update',
  );
  expect(answers).toEqual({ ok: 1, serials_invalid: 1 });
});

test('two receipts of the same new cylinder: it comes in once', async () => {
  const product_id = await made(`tests.product('CYL')`);
  const receipts = await Promise.all([receiptOf(1), receiptOf(1)]);
  const answers = await races.at(
    'products',
    product_id,
    receipts.map((id): Attempt => {
      const [person, command, args] = scan('adjustment', id, ['N1']);
      return [person, command, { ...args, product_id }];
    }),
    'update',
  );
  expect(answers).toEqual({ ok: 1, serials_invalid: 1 });
});

test('what was scanned twice for one load leaves once, and the pieces sum to the stock', async () => {
  const transfer = await transferOf(1);
  await made(
    `(select s from tests.sign_in('warehouse@acme.test'), public.scan_serials('transfer', '${transfer}', '{A3}') s)`,
  );
  const balance = await made(
    `(select id from inventory where product_id = tests.product('CYL') and warehouse_id = tests.depot())`,
  );
  const dispatch: Attempt = ['warehouse', 'dispatch_transfer', { transfer_id: transfer }];
  expect(await races.at('inventory', balance, [dispatch, dispatch])).toEqual({
    ok: 1,
    transfer_transition_illegal: 1,
  });
  expect(
    await number(`(select count(*) from private.rebuild_balances_of(tests.tenant('acme')))`),
  ).toBe(0);
});
