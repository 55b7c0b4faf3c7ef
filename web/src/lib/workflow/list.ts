import { type DocumentName, DOCUMENTS } from '#lib/documents.ts';
import type { Filter } from '#lib/platform/filters.ts';
import { findNumbers } from '#lib/platform/find.ts';
import type { ListShape } from '#lib/platform/list.ts';
import { keptFilters } from '#lib/records/kept_filters.ts';
import { numberOf, stateFilter } from './documents.ts';
import { m } from '#lib/words.ts';

/**
 * The list of a kind of documents: the newest first, found by their numbers, with their states as tabs.
 * What is said besides comes in addition, or instead.
 */
export function documentList(
  name: DocumentName,
  { sortable = [], filters = [], ...more }: Partial<Omit<ListShape, 'table'>>,
): ListShape {
  const number = numberOf(name);
  const own = [stateFilter(name), ...filters];
  return {
    table: DOCUMENTS[name].table,
    sort: '-created_at',
    sortable: ['created_at', number, 'status', ...sortable],
    search: searchedBy(name, m.number()),
    ...more,
    // The company may add fields while the portal is open.
    get filters() {
      return [...own, ...keptFilters(name)];
    },
  };
}

/** The filter by the day on which a document was entered. */
export const enteredFilter = (label = m.entered()): Filter => ({
  name: 'entered',
  label,
  kind: 'moment',
  column: 'created_at',
});

/** The search of a list of documents, in the words of what is found. */
export function searchedBy(name: DocumentName, label: string): ListShape['search'] {
  return {
    label,
    means: async (typed) => [{ column: numberOf(name), in: await findNumbers(name, typed) }],
  };
}
