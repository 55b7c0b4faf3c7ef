import type { Database } from '#lib/database.types.ts';
import { today } from '#lib/platform/format.ts';
import { anyLike } from '#lib/platform/filters.ts';
import { type ListPage, type ListQuery, type ListShape, readPage } from '#lib/platform/list.ts';
import { answerOf } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { m, terms } from '#lib/words.ts';

export type Entry = Database['public']['Functions']['customer_statement']['Returns'][number];

/** What each kind of entry is called, and the page of its document. */
export const ENTRIES: Record<string, { label: string; page: string | null }> = {
  opening: { label: m.brought_forward(), page: null },
  invoice: { label: m.invoice(terms), page: '/invoices' },
  interest_charge: { label: m.label_interest_charge(), page: '/invoices' },
  payment: { label: m.payment(), page: '/payments' },
  credit_note: { label: m.credit_note(), page: '/invoices/credits' },
  write_off: { label: m.written_off(), page: '/payments' },
  discount: { label: m.discount_for_paying_early(), page: '/payments' },
  refund: { label: m.given_back(), page: '/payments' },
};

/** The account of a customer between two days, first what was brought forward. */
export function statementOf(customerId: string, from: string, to: string): Promise<Entry[]> {
  return answerOf(
    supabase.rpc('customer_statement', { customer_id: customerId, from_date: from, to_date: to }),
  );
}

export type Receivable = Database['public']['Views']['receivables']['Row'] & { id: string };

export const RECEIVABLES: ListShape = {
  table: 'receivables',
  sort: '-total',
  sortable: ['name', 'total', 'over_90', 'oldest_due_on'],
  search: { label: m.customer(terms), means: (typed) => [anyLike(typed, 'name')] },
  filters: [
    {
      name: 'late',
      label: m.due(),
      kind: 'choice',
      options: [{ value: 'yes', label: m.late_only() }],
      // A day before today.
      means: () => [{ column: 'oldest_due_on', below: today() }],
    },
    { name: 'total', label: m.owes(), kind: 'number', unit: 'money' },
    { name: 'over_90', label: m.over_90_days(), kind: 'number', unit: 'money', more: true },
  ],
  key: 'customer_id',
};

/** Who owes what, and for how long. */
export async function listReceivables(list: ListQuery) {
  return (await readPage(RECEIVABLES, list, () =>
    supabase.from('receivables').select('*,id:customer_id'),
  )) as ListPage<Receivable>;
}
