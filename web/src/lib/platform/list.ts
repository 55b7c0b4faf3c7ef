import type { Json } from '#lib/database.types.ts';
import { ask } from './command.ts';
import {
  type Condition,
  conditionsOf,
  type Filter,
  narrow,
  readFilter,
  relationsOf,
} from './filters.ts';
import { type Listed, rows, type RowsOf, type Seen } from './read.ts';

/** What a list shows, held entirely in the address so that it can be shared and bookmarked. */
export interface ListQuery {
  page: number;
  size: number;
  sort: string;
  ascending: boolean;
  search: string;
  /** By the name of the filter, in the form of the address. */
  filters: Record<string, string>;
  /** The filter by whose values the rows are grouped; nothing where they are not. */
  group: string;
  /** What the address asks for and the list does not understand, in words. */
  ignored: string[];
}

/** The parts of a URL that a list reads; `page.url` is a read-only URL and fits too. */
type Address = Pick<URL, 'pathname' | 'search'>;

export interface ListPage<Row> {
  rows: Row[];
  query: ListQuery;
  hasNext: boolean;
}

/** What a list is, whichever of its rows are shown. */
export interface ListShape {
  /** The table or view of its rows. */
  table: string;
  /** Column it is ordered by when the address says nothing, `-` in front for descending. */
  sort: string;
  sortable: string[];
  filters: Filter[];
  search?: {
    /** What can be searched for: the placeholder of the search box. */
    label: string;
    means: (typed: string) => Condition[] | Promise<Condition[]>;
  };
  /** Column that tells its rows apart, where that is not their id. */
  key?: string;
}

const SIZES = [25, 50, 100];

/** A filter whose values rows can be grouped by: each group leads to the rows of one value. */
export const isGrouping = (filter: Filter): boolean =>
  ['choice', 'flag', 'record'].includes(filter.kind) &&
  !filter.through &&
  !('means' in filter && filter.means && !('tabs' in filter && filter.tabs));

/** Reads a list from an address; values that make no sense fall back to the default. */
export function readList(url: Address, shape: ListShape): ListQuery {
  const given = new URLSearchParams(url.search);
  const get = (name: string) => given.get(name) ?? '';
  const page = Number(get('page'));
  const size = Number(get('size'));
  const wanted = get('sort');
  const sort = shape.sortable.includes(wanted.replace(/^-/, '')) ? wanted : shape.sort;
  const filters: Record<string, string> = {};
  const ignored: string[] = [];
  for (const filter of shape.filters) {
    const read = readFilter(filter, get(filter.name));
    if (read.value) filters[filter.name] = read.value;
    if (read.ignored) ignored.push(`${filter.label}: ${read.ignored.slice(0, 60)}`);
  }
  const group = shape.filters.find((it) => it.name === get('group') && isGrouping(it))?.name ?? '';
  return {
    page: Number.isInteger(page) && page > 0 && page < 100_000 ? page : 1,
    size: SIZES.includes(size) ? size : 25,
    sort: sort.replace(/^-/, ''),
    ascending: !sort.startsWith('-'),
    search: get('q').trim().slice(0, 100),
    filters,
    group,
    ignored,
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
 * The columns that a list reads, and where its filters lead through other rows, those relations
 * (`had0:trip_stops!inner()`): only rows that have such, and nothing of them is handed over.
 */
export function having<Columns extends string>(columns: Columns, relations: string): Columns {
  return (relations ? `${columns},${relations}` : columns) as Columns;
}

/** What stands behind a page of a list that was read: how to read on, and what it was asked. */
interface Behind {
  read: (from: number, to: number) => Promise<object[]>;
  shape: ListShape;
  select: (relations: string) => RowsOf<object>;
  /** By the name of the filter that asks; `q` for what was typed. */
  asked: { by: string; conditions: Condition[] }[];
}
const behind = new WeakMap<object, Behind>();

/**
 * One page of a list, of the rows that the address asks for, in its order. It asks for one row more than
 * it shows: that answers "is there a next page?" without counting the whole table.
 * @param select what is read of a row; `relations` are for {@link having}.
 */
export async function readPage<Row extends object>(
  shape: ListShape,
  list: ListQuery,
  select: (relations: string) => RowsOf<Row>,
): Promise<ListPage<Seen<Row>>> {
  const asked = shape.filters.flatMap((filter) => {
    const value = list.filters[filter.name];
    return value ? [{ by: filter.name, conditions: conditionsOf(filter, value) }] : [];
  });
  if (list.search && shape.search) {
    asked.push({ by: 'q', conditions: await shape.search.means(list.search) });
  }
  const conditions = asked.flatMap((one) => one.conditions);
  const order = { ascending: list.ascending };
  const query = narrow(select(relationsOf(conditions)) as Listed<Row>, conditions)
    .order(list.sort, order)
    .order(shape.key ?? 'id', order);
  const from = (list.page - 1) * list.size;
  const found = await rows(query.range(from, from + list.size));
  const shown = { rows: found.slice(0, list.size), query: list, hasNext: found.length > list.size };
  behind.set(shown, {
    read: (first, last) => rows(query.range(first, last)),
    shape,
    select,
    asked,
  });
  return shown;
}

/** The first rows of a list that have one value of a filter, in the list's order. @throws PortalError */
export async function readGroup<Row>(
  list: ListPage<Row>,
  by: Filter,
  value: string,
): Promise<ListPage<Row> | null> {
  const { shape, select } = behind.get(list) ?? {};
  if (!shape || !select) return null;
  const filters = { ...list.query.filters, [by.name]: value };
  return (await readPage(shape, { ...list.query, page: 1, filters }, select)) as ListPage<Row>;
}

/** False for a copy that a page without network shows: there is nobody to read on from. */
export function canReadOn(list: ListPage<unknown>): boolean {
  return behind.has(list);
}

/** Rows that are read at once where all are wanted. */
const CHUNK = 500;

/** Every row that the filters of a list leave, in its order, a part at a time. @throws PortalError */
export async function* everyRow<Row>(list: ListPage<Row>): AsyncGenerator<Row[]> {
  const { read } = behind.get(list) ?? {};
  if (!read) return;
  for (let from = 0; ; from += CHUNK) {
    const found = (await read(from, from + CHUNK - 1)) as Row[];
    if (found.length > 0) yield found;
    if (found.length < CHUNK) return;
  }
}

/** How many rows the filters leave, and what their figures come to. */
export interface Summary {
  /** The value that these rows share, as it is in the database; null for those without one. */
  value: string | null;
  rows: number;
  totals: Record<string, number>;
  /** There are more rows than anybody counts: `rows` is the least there are, and nothing is added up. */
  isPartial: boolean;
}

/**
 * Counts and adds up the rows that the filters of a list leave, on all pages.
 * @param by a filter: once for each of its values, and as if nothing was asked of it where `others` are wanted.
 * @throws PortalError
 */
export async function summarise(
  list: ListPage<unknown>,
  { by, others = false, sums = [] }: { by?: Filter; others?: boolean; sums?: string[] },
): Promise<Summary[]> {
  const { shape, asked } = behind.get(list) ?? {};
  if (!shape || !asked) return [];
  const found = await ask('summarise_list', {
    list: shape.table,
    conditions: asked
      .filter((one) => !others || one.by !== by?.name)
      .flatMap(({ conditions }) => conditions) as unknown as Json,
    group_by: by ? (by.column ?? by.name) : null,
    sums,
  });
  return found.map((row) => ({
    value: row.value,
    rows: Number(row.rows),
    totals: row.totals as Record<string, number>,
    isPartial: row.is_partial,
  }));
}
