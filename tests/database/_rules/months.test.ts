import { expect, test } from 'vitest';
import { openCatalogue } from './catalogue.ts';

const { admin } = openCatalogue();

/** Moments from which nothing counts in the books that is not kept elsewhere. */
const ELSEWHERE: Record<string, string> = {
  'batch_movements.occurred_at': 'follows its movement of the stock ledger',
  'late_postings.posted_at': 'says what was decided',
  'manual_adjustments.occurred_at': 'counts as the movements it makes',
  'purchase_receipts.received_at': 'is always now',
  'returns.received_at': 'is always now',
  'serial_movements.occurred_at': 'follows its movement of the stock ledger',
  'statement_lines.posted_at': 'counts as the payment it becomes',
  'stock_counts.posted_at': 'is always now',
  'transfer_receipts.received_at': 'is always now',
  'transfers.received_at': 'is always now',
};

test('every table whose rows count from a moment keeps closed months as they are', async () => {
  const counted = await admin().query<{ name: string; isKept: boolean }>(
    `select format('%s.%s', c.relname, a.attname) as name, exists (
       select from pg_trigger t join pg_proc p on p.oid = t.tgfoid
       where t.tgrelid = c.oid and p.proname = 'tg__keep_month' and starts_with(encode(t.tgargs, 'escape'), a.attname || '\\000')
     ) as "isKept"
     from pg_class c
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
       and a.attname in ('occurred_at', 'received_at', 'posted_at', 'issued_on', 'posted_on', 'paid_on', 'spent_on')
     order by 1`,
  );
  expect(counted.filter(({ isKept }) => !isKept).map(({ name }) => name)).toEqual(
    Object.keys(ELSEWHERE).sort(),
  );
  expect(counted.filter(({ isKept }) => isKept).map(({ name }) => name)).toEqual([
    'container_ledger.occurred_at',
    'credit_notes.issued_on',
    'expenses.spent_on',
    'inventory_transactions.occurred_at',
    'invoices.issued_on',
    'payments.received_at',
  ]);
});
