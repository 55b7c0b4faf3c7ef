import type { DocumentName } from '#lib/documents.ts';
import { findNumbers } from '#lib/platform/find.ts';
import { type ListPage, type ListQuery, oneOf, page } from '#lib/platform/list.ts';
import type { Listed, RowsOf, Seen } from '#lib/platform/read.ts';
import { inStates, numberOf, statesOf } from './documents.ts';

/**
 * One page of a list of documents: those in the state and with the number that the address asks for,
 * in its order. What else narrows the list is in the query already.
 */
export async function listDocuments<Row extends object>(
  name: DocumentName,
  list: ListQuery,
  query: RowsOf<Row>,
): Promise<ListPage<Seen<Row>>> {
  let narrowed = query as Listed<Row>;
  const status = oneOf(statesOf(name) as string[], list.filters.status);
  if (status) narrowed = inStates(narrowed, name, [status]);
  if (list.search) narrowed = narrowed.in(numberOf(name), await findNumbers(name, list.search));
  return page(
    narrowed
      .order(list.sort, { ascending: list.ascending })
      .order('id', { ascending: list.ascending }),
    list,
  );
}
