import { type DocumentName, DOCUMENTS } from '#lib/documents.ts';
import type { Filter } from '#lib/platform/filters.ts';
import { findNumbers } from '#lib/platform/find.ts';
import type { ListShape } from '#lib/platform/list.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
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

/** A filter by a row of a company's list, by name. */
export function nameFilter(
  name: string,
  label: string,
  column: string,
  table:
    | 'lead_sources'
    | 'lead_vendors'
    | 'ai_agents'
    | 'ticket_categories'
    | 'contract_kinds'
    | 'teams',
): Filter {
  const named = () => supabase.from(table).select('id,name');
  return {
    name,
    label,
    kind: 'record',
    column,
    more: true,
    search: async (text) =>
      (await rows(named().ilike('name', `%${text}%`).order('name').limit(20))).map((row) => ({
        ...row,
        code: '',
      })),
    find: async (id) => {
      const found = await answerOf(named().eq('id', id).maybeSingle());
      return found && { ...found, code: '' };
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
