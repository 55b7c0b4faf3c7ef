import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';
import { type Deed, meet } from './meet.ts';

let database: TestDatabase;
let manager: Session;
let admin: Session;
let tax: string;

beforeAll(async () => {
  database = await cloneDatabase('taxes');
  manager = await database.asUser('manager@acme.test');
  admin = await database.asUser('admin@acme.test');
  const made = await manager.one<{ id: string }>(
    `insert into taxes (name, percent) values ('VAT', 16) returning id`,
  );
  tax = made.id;
});

afterAll(() => database.drop());

const rateOf = async (sku: string) =>
  Number(
    (
      await admin.one<{ rate: string }>(`select tax_rate as rate from products where sku = $1`, [
        sku,
      ])
    ).rate,
  );

const bear = (sku: string): Deed => [
  admin,
  `update products set tax_ids = array[$1::uuid] where sku = $2`,
  [tax, sku],
];
const become = (percent: number): Deed => [
  manager,
  `select change_tax($1, 'VAT', $2)`,
  [tax, percent],
];

test('a product that is given a tax while it changes has the new rate', async () => {
  expect(await meet(database, bear('COL-300'), become(18))).toBe('ok');
  expect(await rateOf('COL-300')).toBe(18);
  expect(await meet(database, become(8), bear('ORG-300'))).toBe('ok');
  expect([await rateOf('COL-300'), await rateOf('ORG-300')]).toEqual([8, 8]);
});

test('a product that bears the tax is changed at the same moment, and neither is lost', async () => {
  expect(await meet(database, bear('COL-300'), become(10))).toBe('ok');
  expect(await rateOf('COL-300')).toBe(10);
  expect(await meet(database, become(12), bear('COL-300'))).toBe('ok');
  expect(await rateOf('COL-300')).toBe(12);
});
