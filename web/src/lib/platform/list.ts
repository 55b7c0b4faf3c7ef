import { type Listed, rows, type Seen } from './read.ts';

/** What a list shows, held entirely in the address so that it can be shared and bookmarked. */
export interface ListQuery {
  page: number;
  size: number;
  sort: string;
  ascending: boolean;
  search: string;
  filters: Record<string, string>;
}

/** The parts of a URL that a list reads; `page.url` is a read-only URL and fits too. */
type Address = Pick<URL, 'pathname' | 'search'>;

export interface ListPage<Row> {
  rows: Row[];
  query: ListQuery;
  hasNext: boolean;
}

export interface ListShape {
  /** Column the list is ordered by when the address says nothing, `-` in front for descending. */
  sort: string;
  sortable: string[];
  filters: string[];
}

const SIZES = [25, 50, 100];
const RESERVED = new Set(['page', 'size', 'sort', 'q', 'view']);

/** Reads a list from an address; values that make no sense fall back to the default. */
export function readList(url: Address, shape: ListShape): ListQuery {
  const given = new URLSearchParams(url.search);
  const get = (name: string) => given.get(name) ?? '';
  const page = Number(get('page'));
  const size = Number(get('size'));
  const wanted = get('sort');
  const sort = shape.sortable.includes(wanted.replace(/^-/, '')) ? wanted : shape.sort;
  return {
    page: Number.isInteger(page) && page > 0 && page < 100_000 ? page : 1,
    size: SIZES.includes(size) ? size : 25,
    sort: sort.replace(/^-/, ''),
    ascending: !sort.startsWith('-'),
    search: get('q').trim().slice(0, 100),
    filters: Object.fromEntries(
      shape.filters
        .filter((name) => !RESERVED.has(name) && get(name) !== '')
        .map((name) => [name, get(name)]),
    ),
  };
}

/** The same address with some parts of the list changed; a change of filter starts at page one. */
export function listUrl(url: Address, changes: Record<string, string | number | null>): string {
  const next = new URLSearchParams(url.search);
  if (!('page' in changes)) next.delete('page');
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') next.delete(name);
    else next.set(name, String(value));
  }
  const text = next.toString();
  return text ? `${url.pathname}?${text}` : url.pathname;
}

/**
 * Text that a user typed as a pattern for `ilike` inside an `or=(…)` filter. Characters with a meaning
 * there become `_`, which matches any one character: engines disagree on how to quote them.
 */
export function pattern(search: string): string {
  return `%${search.replace(/[,()"\\*%]/g, '_')}%`;
}

/**
 * The columns that a list reads, and where a relation is named (`had:trip_stops!inner()`), only of rows
 * that have such: a filter on it says which, and nothing of it is handed over.
 */
export function having<Columns extends string>(
  columns: Columns,
  relation: string | undefined,
): Columns {
  return (relation ? `${columns},${relation}` : columns) as Columns;
}

/** A filter that knows its choices; anything else in the address counts as no filter. */
export function oneOf<Choice extends string>(
  choices: readonly Choice[],
  given: string | undefined,
): Choice | undefined {
  return choices.find((choice) => choice === given);
}

/** How rows of a list are read on, by the page that is shown of it. */
const readers = new WeakMap<object, (from: number, to: number) => Promise<object[]>>();

/**
 * One page of a list. It asks for one row more than it shows: that answers "is there a next page?"
 * without counting the whole table.
 */
export async function page<Row extends object>(
  query: Pick<Listed<Row>, 'range'>,
  list: ListQuery,
): Promise<ListPage<Seen<Row>>> {
  const from = (list.page - 1) * list.size;
  const found = await rows(query.range(from, from + list.size));
  const shown = { rows: found.slice(0, list.size), query: list, hasNext: found.length > list.size };
  readers.set(shown, (first, last) => rows(query.range(first, last)));
  return shown;
}

/** False for a copy that a page without network shows: there is nobody to read on from. */
export function canReadOn(list: ListPage<unknown>): boolean {
  return readers.has(list);
}

/** Rows that are read at once where all are wanted. */
const CHUNK = 500;

/** Every row that the filters of a list leave, in its order, a part at a time. @throws PortalError */
export async function* everyRow<Row>(list: ListPage<Row>): AsyncGenerator<Row[]> {
  const read = readers.get(list);
  if (!read) return;
  for (let from = 0; ; from += CHUNK) {
    const found = (await read(from, from + CHUNK - 1)) as Row[];
    if (found.length > 0) yield found;
    if (found.length < CHUNK) return;
  }
}
