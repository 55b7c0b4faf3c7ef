import type { Database, Tables } from '#lib/database.types.ts';
import { anyLike } from '#lib/platform/filters.ts';
import { type ListQuery, type ListShape, readPage } from '#lib/platform/list.ts';
import { answerOf } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { customerFilter } from './parties.ts';
import { m, terms } from '#lib/words.ts';

export type CustomerDocument = Tables<'customer_documents'>;
export type DocumentRow = Awaited<ReturnType<typeof listDocuments>>['rows'][number];

export const DOCUMENTS_OF_CUSTOMERS: ListShape = {
  table: 'customer_documents',
  sort: 'valid_until',
  sortable: ['valid_until', 'kind'],
  search: { label: m.what_it_is(), means: (typed) => [anyLike(typed, 'kind', 'reference')] },
  filters: [
    { name: 'until', label: m.valid_until(), kind: 'day', column: 'valid_until', optional: true },
    customerFilter,
    {
      name: 'blocks',
      label: m.orders_wait_once_it_has_ended(terms),
      kind: 'flag',
      column: 'blocks_orders',
      yes: m.yes(),
      no: m.no(),
    },
  ],
};

/** The papers of all customers, what ends first above. */
export function listDocuments(list: ListQuery) {
  return readPage(DOCUMENTS_OF_CUSTOMERS, list, () =>
    supabase.from('customer_documents').select('*,customers(id,code,name)'),
  );
}

type Entered = Omit<Database['public']['Tables']['customer_documents']['Insert'], 'customer_id'>;

export function saveDocument(customerId: string, id: string | null, input: Entered) {
  return answerOf(
    id
      ? supabase.from('customer_documents').update(input).eq('id', id)
      : supabase.from('customer_documents').insert({ ...input, customer_id: customerId }),
  );
}

export function removeDocument(id: string) {
  return answerOf(supabase.from('customer_documents').delete().eq('id', id));
}
