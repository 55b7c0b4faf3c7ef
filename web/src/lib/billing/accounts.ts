import type { Database } from '#lib/database.types.ts';
import { today } from '#lib/platform/format.ts';
import { type ListPage, type ListQuery, page, pattern } from '#lib/platform/list.ts';
import { answerOf } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';

export type Entry = Database['public']['Functions']['customer_statement']['Returns'][number];

/** What each kind of entry is called, and the page of its document. */
export const ENTRIES: Record<string, { label: string; page: string | null }> = {
  opening: { label: 'Brought forward', page: null },
  invoice: { label: 'Invoice', page: '/invoices' },
  payment: { label: 'Payment', page: '/payments' },
  credit_note: { label: 'Credit note', page: '/invoices/credits' },
  refund: { label: 'Given back', page: '/payments' },
};

/** The account of a customer between two days, first what was brought forward. */
export function statementOf(customerId: string, from: string, to: string): Promise<Entry[]> {
  return answerOf(
    supabase.rpc('customer_statement', { customer_id: customerId, from_date: from, to_date: to }),
  );
}

export type Receivable = Database['public']['Views']['receivables']['Row'] & { id: string };

/** Who owes what, and for how long. */
export async function listReceivables(list: ListQuery) {
  let query = supabase.from('receivables').select('*,id:customer_id');
  if (list.filters.late === 'yes') query = query.lt('oldest_due_on', today());
  if (list.search) query = query.ilike('name', pattern(list.search));
  return (await page(
    query.order(list.sort, { ascending: list.ascending }).order('customer_id'),
    list,
  )) as ListPage<Receivable>;
}
