import { expect, test } from 'vitest';
import { openCatalogue } from './catalogue.ts';

const { offenders } = openCatalogue();

/** Tables of a product whose quantities nobody types: they follow from rows that are held to the unit. */
const FOLLOWS: Record<string, string> = {
  batch_stock: 'the sum of batch movements',
  credit_note_items: 'money of invoice lines, of which a part of a unit may be given back',
  invoice_items: 'what was delivered',
  load_items: 'the sum of order lines, and counts that equal it',
  'private.deposit_layers': 'sums of the container ledger',
};

test('every quantity of a product is held to its unit', async () => {
  expect(
    await offenders(
      `select distinct c.oid::regclass from pg_class c
       join pg_attribute p on p.attrelid = c.oid and p.attname = 'product_id' and not p.attisdropped
       join pg_attribute q on q.attrelid = c.oid and not q.attisdropped and q.attgenerated = ''
         and format_type(q.atttypid, q.atttypmod) = 'numeric(14,3)'
       where c.relkind in ('r', 'p') and not c.relispartition
         and not exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgname = '_150_hold_to_unit')`,
    ),
  ).toEqual(Object.keys(FOLLOWS));
});
