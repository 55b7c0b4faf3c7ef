import { beginOf, endOf, toDay } from './calendar.ts';
import { day, quantity } from './format.ts';
import { m } from '#lib/words.ts';

export interface Choice {
  value: string;
  label: string;
}

export type NamedRecord = { id: string; name: string; code: string };

/**
 * What rows of a list have to fulfil, once for whoever reads them (REST) and whoever counts them
 * (private.list_condition): both are asked the same.
 */
export type Condition =
  | { column: string; in: readonly string[] }
  | { column: string; is: boolean }
  | { column: string; empty: boolean }
  | { column: string; like: string }
  /** `from` and `to` are included, `below` is not. */
  | { column: string; from?: string; to?: string; below?: string }
  | { any: Condition[] }
  | (Through & { where: Condition[] });

/** Rows of another table whose column `their` is the column `own` of the list's. */
export interface Through {
  has: string;
  own: string;
  their: string;
  /** How REST is led there from a row, where not by the name of the table: `trips(trip_stops)`. */
  path?: string;
  /** What else holds of those rows. */
  where?: Condition[];
}

interface Common {
  /** Its name in the address. */
  name: string;
  label: string;
  /** The column that it is about, where it is called otherwise. */
  column?: string;
  /** Rows may have nothing there: those, or all others, can be asked for, too. */
  optional?: boolean;
  /** The column is one of other rows. */
  through?: Through;
  /** Stands behind "More filters" until somebody takes it. */
  more?: boolean;
}

interface ByValues {
  /** What its values ask for, where that is more than the column having one of them. */
  means?: (values: string[]) => Condition[];
}

export type Filter = Common &
  (
    | ({
        kind: 'choice';
        options: readonly Choice[];
        /** Each of its choices is a tab over the list, with the number of rows. */
        tabs?: boolean;
      } & ByValues)
    | { kind: 'flag'; yes: string; no: string }
    | ({
        kind: 'record';
        /** The records that a text may mean, and the one that the address names. */
        search: (text: string) => Promise<NamedRecord[]>;
        find: (id: string) => Promise<NamedRecord | null>;
      } & ByValues)
    | { kind: 'text' }
    | { kind: 'number'; unit?: 'money' | 'quantity' }
    /** A column with a day, or with a moment: its days are those of the company. */
    | { kind: 'day' | 'moment' }
  );

/** What stands in the address for rows that have nothing there, and for all others. */
export const EMPTY = 'is_empty';
export const FILLED = 'is_filled';

/** An id as it stands in an address. */
export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const NUMBER = /^-?\d{1,12}(\.\d{1,3})?$/;

/** For records that are retired, never deleted. */
export const inUseFilter: Filter = {
  name: 'active',
  label: m.state(),
  kind: 'flag',
  column: 'is_active',
  yes: m.active(),
  no: m.retired(),
};

/** The choices of a filter that knows them. */
export function choicesOf(filter: Filter): readonly Choice[] {
  if (filter.kind === 'choice') return filter.options;
  if (filter.kind !== 'flag') return [];
  return [
    { value: 'yes', label: filter.yes },
    { value: 'no', label: filter.no },
  ];
}

/** The values of a filter of choices or records. */
export const valuesOf = (value: string | undefined): string[] => value?.split(',') ?? [];

/** Both ends of a range, either of which may be open. */
export function endsOf(value: string | undefined): { from: string; to: string } {
  const [from = '', to = from] = (value ?? '').split('..');
  return { from, to };
}

/** A range as the address holds it; nothing where both ends are open. */
export const rangeOf = (from: string, to: string): string => (from || to ? `${from}..${to}` : '');

/**
 * The part of a value that the filter understands, and what of it is ignored: an address may have been
 * typed, or be of a time when there were other choices.
 */
export function readFilter(filter: Filter, text: string): { value: string; ignored: string } {
  const all = { value: text, ignored: '' };
  const none = { value: '', ignored: text };
  if (text === EMPTY || text === FILLED) return filter.optional ? all : none;
  switch (filter.kind) {
    case 'choice':
    case 'flag':
    case 'record': {
      const isKnown = (value: string) =>
        filter.kind === 'record'
          ? UUID.test(value)
          : choicesOf(filter).some((choice) => choice.value === value);
      const given = [...new Set(text.split(',').filter(Boolean))];
      return {
        value: given.filter(isKnown).join(','),
        ignored: given.filter((value) => !isKnown(value)).join(', '),
      };
    }
    case 'text':
      return { value: text.trim().slice(0, 100), ignored: '' };
    default: {
      const { from, to } = endsOf(text);
      const isEnd = (end: string) =>
        end === '' || (filter.kind === 'number' ? NUMBER.test(end) : toDay(end) !== null);
      return isEnd(from) && isEnd(to) && rangeOf(from, to)
        ? { value: rangeOf(from, to), ignored: '' }
        : none;
    }
  }
}

/** What a value of a filter asks of the rows. */
export function conditionsOf(filter: Filter, value: string): Condition[] {
  const asked = ownConditionsOf(filter, value);
  const { through } = filter;
  return through ? [{ ...through, where: [...(through.where ?? []), ...asked] }] : asked;
}

function ownConditionsOf(filter: Filter, value: string): Condition[] {
  const { column = filter.name } = filter;
  if (value === EMPTY || value === FILLED) return [{ column, empty: value === EMPTY }];
  switch (filter.kind) {
    case 'choice':
    case 'record': {
      const values = valuesOf(value);
      return filter.means?.(values) ?? [{ column, in: values }];
    }
    case 'flag':
      // Both of them are all of them.
      return valuesOf(value).length === 1 ? [{ column, is: value === 'yes' }] : [];
    case 'text':
      return [{ column, like: pattern(value) }];
    case 'number':
    case 'day': {
      const { from, to } = endsOf(value);
      return [{ column, ...(from && { from }), ...(to && { to }) }];
    }
    case 'moment': {
      const { from, to } = endsOf(value);
      const [begin, end] = [beginOf(from), endOf(to)];
      return [{ column, ...(begin && { from: begin }), ...(end && { below: end }) }];
    }
  }
}

/** A value in words; records are known by their ids until their names have been read. */
export function valueInWords(
  filter: Filter,
  value: string,
  nameOf: (id: string) => string | undefined = () => undefined,
): string {
  if (value === EMPTY) return m.empty();
  if (value === FILLED) return m.not_empty();
  if (filter.kind === 'text') return value;
  if (filter.kind === 'choice' || filter.kind === 'flag' || filter.kind === 'record') {
    const [first = '', ...others] = valuesOf(value);
    const name =
      choicesOf(filter).find((choice) => choice.value === first)?.label ?? nameOf(first) ?? '…';
    return others.length > 0 ? `${name} +${others.length}` : name;
  }
  const { from, to } = endsOf(value);
  const words = (end: string) => (filter.kind === 'number' ? quantity(end) : day(end));
  if (from === to) return words(from);
  return from && to
    ? `${words(from)} – ${words(to)}`
    : from
      ? m.from_from({ from: words(from) })
      : m.until_to({ to: words(to) });
}

/**
 * Text that a user typed as a pattern for `ilike` inside an `or=(…)` filter. Characters with a meaning
 * there become `_`, which matches any one character: engines disagree on how to quote them.
 */
export function pattern(search: string): string {
  return `%${search.replace(/[,()"\\*%]/g, '_')}%`;
}

/** Rows of which some columns have this text in them. */
export function anyLike(typed: string, ...columns: string[]): Condition {
  return { any: columns.map((column) => ({ column, like: pattern(typed) })) };
}

/** The part of a query that conditions narrow. */
interface Narrowed {
  in(column: string, values: readonly string[]): Narrowed;
  is(column: string, value: boolean | null): Narrowed;
  not(column: string, operator: 'is', value: null): Narrowed;
  ilike(column: string, pattern: string): Narrowed;
  gte(column: string, value: string): Narrowed;
  lte(column: string, value: string): Narrowed;
  lt(column: string, value: string): Narrowed;
  or(filters: string): Narrowed;
}

/** The relations that a query has to be led through for some conditions: `had:trip_stops!inner()`. */
export function relationsOf(conditions: Condition[]): string {
  return conditions
    .flatMap((condition) => ('has' in condition ? [pathOf(condition)] : []))
    .map(
      (path, index) =>
        `had${index}:${path.replaceAll(/\w+/g, '$&!inner').replace(/$|(?=\))/, '()')}`,
    )
    .join(',');
}

const pathOf = ({ path, has }: Through) => path ?? has;

/** The rows of a query that fulfil the conditions. */
export function narrow<Query>(query: Query, conditions: Condition[]): Query {
  let relation = 0;
  let narrowed = query as unknown as Narrowed;
  for (const condition of conditions) {
    if ('has' in condition) {
      const within = pathOf(condition)
        .split('(')
        .slice(1)
        .map((part) => `${part.replace(/\)+$/, '')}.`);
      const prefix = `had${relation++}.${within.join('')}`;
      for (const inner of condition.where) narrowed = narrowedBy(narrowed, inner, prefix);
    } else narrowed = narrowedBy(narrowed, condition, '');
  }
  return narrowed as unknown as Query;
}

function narrowedBy(query: Narrowed, condition: Condition, prefix: string): Narrowed {
  if ('any' in condition) return query.or(alternatives(condition.any));
  if ('has' in condition) throw new TypeError('A relation stands at the top.');
  const column = prefix + condition.column;
  if ('in' in condition) return query.in(column, condition.in);
  if ('is' in condition) return query.is(column, condition.is);
  if ('like' in condition) return query.ilike(column, condition.like);
  if ('empty' in condition)
    return condition.empty ? query.is(column, null) : query.not(column, 'is', null);
  let narrowed = query;
  if (condition.from !== undefined) narrowed = narrowed.gte(column, condition.from);
  if (condition.to !== undefined) narrowed = narrowed.lte(column, condition.to);
  if (condition.below !== undefined) narrowed = narrowed.lt(column, condition.below);
  return narrowed;
}

/** Conditions of which one has to hold; a list without values holds for nothing and is left out. */
const alternatives = (conditions: Condition[]): string =>
  conditions
    .filter((condition) => !('in' in condition) || condition.in.length > 0)
    .map(written)
    .join(',');

/** A condition inside `or=(…)`. */
function written(condition: Condition): string {
  if ('any' in condition) return `or(${alternatives(condition.any)})`;
  if ('in' in condition) return `${condition.column}.in.(${condition.in.join(',')})`;
  if ('is' in condition) return `${condition.column}.is.${condition.is}`;
  if ('like' in condition) return `${condition.column}.ilike.${condition.like}`;
  if ('empty' in condition) return `${condition.column}.${condition.empty ? '' : 'not.'}is.null`;
  throw new TypeError('Neither ranges nor relations are one of several conditions.');
}
