/**
 * Reads the query of `GET /<relation>?…` as PostgREST does. What nobody could read is refused; for what
 * only this cannot read it gives up.
 */
import { unsatisfiable } from './range.ts';
import { Refused } from './refusals.ts';

/** Thrown at whatever is not made for here and has to be left to the engine. */
export class NotPlain extends Error {}

/** One thing that is wanted of a row: a column, or rows of a related table. */
export interface Wanted {
  name: string;
  alias: string;
  /** The type that a column is turned into. */
  cast: string | null;
  related: Related | null;
}

/** What is wanted of a related table. */
export interface Related {
  hint: string | null;
  /** Rows without it are left out. */
  isInner: boolean;
  wanted: Wanted[];
}

export type Condition = Comparison | Combination;

/** `number=not.like.A*`. */
export interface Comparison {
  column: string;
  isNegated: boolean;
  operator: string;
  /** Of `like(any).{a,b}`: the value is an array, and any or all of it has to fit. */
  quantifier: 'any' | 'all' | null;
  /** Several for `in`. */
  value: string | string[];
}

/** `or=(…)`, `and=(…)`. */
export interface Combination {
  word: 'and' | 'or';
  isNegated: boolean;
  conditions: Condition[];
}

export interface Order {
  /** The related table whose column it is, by the name it is wanted under; null for the own. */
  related: string | null;
  column: string;
  direction: 'asc' | 'desc';
  nulls: 'first' | 'last' | null;
}

/** What is asked of one table: the list itself, or a related one. */
export interface Part {
  conditions: Condition[];
  order: Order[];
  limit: number | null;
  offset: number;
}

export interface Query {
  wanted: Wanted[];
  /** By path: `''` for the list itself, `order_items.products` for what is related to it. */
  parts: Map<string, Part>;
}

const WORDS = /^\w+(?:\.\w+)*$/;

/**
 * @throws {NotPlain} when it asks for more than this can read
 * @throws {Refused} when a number or the quotes of a value cannot be read at all
 */
export function readQuery(query: URLSearchParams): Query {
  const parts = new Map<string, Part>();
  const once = new Set<string>();
  for (const [key, value] of query) {
    const isRepeatable = !/(?:^|\.)(?:select|order|limit|offset)$/.test(key);
    if (!isRepeatable && once.has(key)) throw new NotPlain();
    once.add(key);
    readParameter(parts, key, value);
  }
  return { wanted: new Reader(query.get('select') ?? '*').select(), parts };
}

/**
 * Looks through a query that the engine behind this answers, for what it would take for something else.
 *
 * @param hasFilters false for a function, whose arguments may look like anything
 * @throws {Refused}
 */
export function refuseMisread(query: URLSearchParams, hasFilters: boolean): void {
  for (const [key, value] of query) {
    const isNumber = /(?:^|\.)(?:limit|offset)$/.test(key);
    if (!isNumber && !hasFilters) continue;
    if (!isNumber && /like\((?:any|all)\)\..*\*/s.test(value)) {
      throw unreadable('filter', value, 'a star has no meaning here; write % instead of *');
    }
    try {
      if (isNumber) toNumber(key, value);
      else readParameter(new Map(), key, value);
    } catch (error) {
      if (!(error instanceof NotPlain)) throw error;
    }
  }
}

function readParameter(parts: Map<string, Part>, key: string, value: string): void {
  const names = key.split('.');
  const last = names.pop() ?? '';
  if (last === 'limit' || last === 'offset') toNumber(key, value);
  if (value === '' || !WORDS.test(key)) throw new NotPlain();
  if (key === 'select') return;
  if (key === 'columns' || key === 'on_conflict') throw new NotPlain();
  const isNegated = names.includes('not') && (last === 'and' || last === 'or');
  const path = names.filter((name) => !isNegated || name !== 'not').join('.');
  const part = parts.get(path) ?? { conditions: [], order: [], limit: null, offset: 0 };
  parts.set(path, part);
  if (last === 'order') part.order = new Reader(value).order();
  else if (last === 'limit') part.limit = toNumber(key, value);
  else if (last === 'offset') part.offset = toNumber(key, value);
  else if (last === 'and' || last === 'or') {
    part.conditions.push(new Reader(`${last}${value}`).condition(isNegated));
  } else part.conditions.push(new Reader(value).comparison(last));
}

function toNumber(key: string, text: string): number {
  if (/^-\d+$/.test(text)) {
    const word = key.endsWith('limit') ? 'Limit' : 'Offset';
    throw unsatisfiable(`${word} should be greater than or equal to zero.`);
  }
  if (!/^\d+$/.test(text)) throw unreadable(key, text, 'expecting a whole number');
  return Math.min(Number(text), Number.MAX_SAFE_INTEGER);
}

function unreadable(what: string, text: string, details: string): Refused {
  return new Refused(400, {
    code: 'PGRST100',
    details,
    hint: null,
    message: `"failed to parse ${what} (${text})"`,
  });
}

const NAME = /[A-Za-z_]\w*/y;

/** Goes through a text from its beginning to its end. */
class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  #take(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (!found) return null;
    this.#at += found[0].length;
    return found[0];
  }

  #need(pattern: RegExp): string {
    const found = this.#take(pattern);
    if (found === null) throw new NotPlain();
    return found;
  }

  #end(): void {
    if (this.#at < this.#text.length) throw new NotPlain();
  }

  #listOf<T>(item: () => T): T[] {
    const items = [item()];
    while (this.#take(/,\s*/y) !== null) items.push(item());
    return items;
  }

  /** `a,b:c,d::text,e:table!hint!inner(f,g)`. */
  select(): Wanted[] {
    const wanted = this.#listOf(() => this.#wanted());
    this.#end();
    return wanted;
  }

  #wanted(): Wanted {
    if (this.#take(/\*/y) !== null) return { name: '*', alias: '*', cast: null, related: null };
    const first = this.#need(NAME);
    const name = this.#take(/:(?!:)/y) === null ? first : this.#need(NAME);
    let hint: string | null = null;
    let isInner = false;
    let isRelated = false;
    while (this.#take(/!/y) !== null) {
      const word = this.#need(NAME);
      if (word === 'inner') isInner = true;
      else if (word !== 'left') hint = word;
      isRelated = true;
    }
    if (this.#take(/\(/y) !== null) {
      const wanted = this.#listOf(() => this.#wanted());
      this.#need(/\)/y);
      return { name, alias: first, cast: null, related: { hint, isInner, wanted } };
    }
    if (isRelated) throw new NotPlain();
    const cast = this.#take(/::/y) === null ? null : this.#need(NAME);
    return { name, alias: first, cast, related: null };
  }

  /** `a.desc.nullslast,customers(name)`. */
  order(): Order[] {
    const order = this.#listOf((): Order => {
      const first = this.#need(NAME);
      const column = this.#take(/\(/y) === null ? null : this.#need(NAME);
      if (column !== null) this.#need(/\)/y);
      const direction = this.#take(/\.(asc|desc)/y)?.slice(1) === 'desc' ? 'desc' : 'asc';
      const nulls = this.#take(/\.nulls(first|last)/y);
      return {
        related: column === null ? null : first,
        column: column ?? first,
        direction,
        nulls: nulls === null ? null : nulls === '.nullsfirst' ? 'first' : 'last',
      };
    });
    this.#end();
    return order;
  }

  /** `not.like.A*`, the whole value of a parameter. */
  comparison(column: string): Comparison {
    const comparison = this.#comparison(column, () => this.#need(/.*/sy));
    this.#end();
    return comparison;
  }

  /** `or(a.eq.1,not.and(b.gt.2,c.is.null))`. */
  condition(isNegated: boolean): Condition {
    const condition = this.#condition();
    this.#end();
    return { ...condition, isNegated };
  }

  #condition(): Condition {
    const negation = /not\.(?=(?:and|or)\()/y;
    const isNegated = this.#take(negation) !== null;
    const word = this.#take(/(?:and|or)(?=\s*\()/y);
    if (word !== 'and' && word !== 'or') {
      const column = this.#need(NAME);
      this.#need(/\./y);
      return this.#comparison(column, () => this.#valueWithin());
    }
    this.#need(/\s*\(\s*/y);
    const conditions = this.#listOf(() => this.#condition());
    this.#need(/\s*\)/y);
    return { word, isNegated, conditions };
  }

  #comparison(column: string, single: () => string): Comparison {
    const isNegated = this.#take(/not\./y) !== null;
    const operator = this.#need(/[a-z]+/y);
    const word = this.#take(/\((?:any|all)\)/y);
    this.#need(/\./y);
    const value = operator === 'in' ? this.#values() : single();
    const quantifier = word === '(any)' ? 'any' : word === '(all)' ? 'all' : null;
    return { column, isNegated, operator, quantifier, value };
  }

  /** `(a,"b,c")`. */
  #values(): string[] {
    this.#need(/\(/y);
    const values = this.#listOf(() => this.#quoted() ?? this.#need(/[^,)]*/y));
    this.#need(/\)/y);
    // An empty pair of brackets is no value at all.
    return values.length === 1 && values[0] === '' ? [] : values;
  }

  /** One value among others: in quotes, an array, or all there is up to the next comma. */
  #valueWithin(): string {
    return this.#quoted() ?? this.#take(/\{[^{}]*\}/y) ?? this.#need(/[^,)]*/y);
  }

  /** A value that begins with a quote has to end with one, or nobody knows where it ends. */
  #quoted(): string | null {
    if (this.#take(/(?=")/y) === null) return null;
    const quoted = this.#take(/"(?:[^"\\]|\\["\\])*"(?=[,)]|$)/sy);
    if (quoted !== null) return quoted.slice(1, -1).replaceAll(/\\(.)/gs, '$1');
    const details = 'within a value in quotes, a quote is written \\" and a backslash \\\\';
    throw unreadable('filter', this.#text, details);
  }
}
