/** Reads the query of a request as PostgREST does; what cannot be read is refused. */
import { unsatisfiable } from './range.ts';
import { Refused } from './refusals.ts';

/** A step into a JSON value: `->key`, `->>0`. */
export interface Step {
  sign: '->' | '->>';
  key: string | number;
}

/** A column, or a part of the JSON in it. */
export interface Field {
  name: string;
  path: Step[];
}

/** One thing that is wanted of a row: a column, or rows of a related table. */
export interface Wanted extends Field {
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
  /** Its columns are wanted among those of the row itself. */
  isSpread: boolean;
  wanted: Wanted[];
}

export type Condition = Comparison | Combination;

/** `number=not.like.A*`. */
export interface Comparison extends Field {
  isNegated: boolean;
  operator: string;
  /** Of `like(any).{a,b}`: the value is an array, and any or all of it has to fit. */
  quantifier: 'any' | 'all' | null;
  /** Of `fts(english).x`. */
  language: string | null;
  /** Several for `in`. */
  value: string | string[];
}

/** `or=(…)`, `and=(…)`. */
export interface Combination {
  word: 'and' | 'or';
  isNegated: boolean;
  conditions: Condition[];
}

export interface Order extends Field {
  /** The related table whose column it is, by the name it is wanted under; null for the own. */
  related: string | null;
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
  /** The columns that are written, whatever else the body has. */
  columns: string[] | null;
  /** The columns that tell a row which is there from a new one. */
  onConflict: string[] | null;
  /** The arguments of a function that is asked with GET. */
  args: Record<string, string>;
}

const OPERATOR = /^(?:eq|neq|gte?|lte?|i?like|i?match|isdistinct|in|is|cs|cd|ov|s[lr]|nx[rl]|adj)$/;
const QUANTIFIED = /^(?:eq|gte?|lte?|i?like|i?match)$/;
const SEARCH = /^(?:pl|ph|w)?fts$/;
const COMPARISON =
  /^(?:not\.)?(?:eq|neq|gte?|lte?|i?like|i?match|isdistinct|in|is|cs|cd|ov|s[lr]|nx[rl]|adj|(?:pl|ph|w)?fts)(?:\([\w ]*\))?\./;
const TRUTH = /^(?:null|not_null|true|false|unknown)$/i;

/**
 * @param isCall that what is no comparison is an argument of a function
 * @throws {Refused} PGRST100 when it cannot be read, PGRST103 for a negative limit or offset
 */
export function readQuery(query: URLSearchParams, isCall = false): Query {
  const parts = new Map<string, Part>();
  const args: Record<string, string> = {};
  for (const [key, value] of query) {
    if (key === 'select' || key === 'columns' || key === 'on_conflict') continue;
    const isArgument = isCall && /^\w+$/.test(key) && !COMPARISON.test(value);
    if (isArgument && !/^(?:order|limit|offset|and|or)$/.test(key)) args[key] = value;
    else readParameter(parts, key, value);
  }
  const names = (key: string) => {
    const value = query.get(key);
    return value === null ? null : new Reader(`${key} parameter`, value).names();
  };
  return {
    wanted: new Reader('select parameter', query.get('select') ?? '*').select(),
    parts,
    columns: names('columns'),
    onConflict: names('on_conflict'),
    args,
  };
}

function readParameter(parts: Map<string, Part>, key: string, value: string): void {
  const { names, field } = new Reader('tree path', key).path();
  const last = field.path.length > 0 ? '' : field.name;
  const isLogic = last === 'and' || last === 'or';
  const isNegated = isLogic && names.includes('not');
  const path = names.filter((name) => !isNegated || name !== 'not').join('.');
  const part = parts.get(path) ?? { conditions: [], order: [], limit: null, offset: 0 };
  parts.set(path, part);
  if (last === 'order') part.order = new Reader('order', value).order();
  else if (last === 'limit') part.limit = toNumber('limit', value);
  else if (last === 'offset') part.offset = toNumber('offset', value);
  else if (isLogic) part.conditions.push(new Reader('logic tree', value).logic(last, isNegated));
  else part.conditions.push(new Reader('filter', value).comparison(field));
}

function toNumber(what: 'limit' | 'offset', text: string): number {
  if (/^-\d+$/.test(text)) {
    const word = what === 'limit' ? 'Limit' : 'Offset';
    throw unsatisfiable(`${word} should be greater than or equal to zero.`);
  }
  if (!/^\d+$/.test(text)) throw unreadable(what, text, 0, 'expecting a whole number');
  return Math.min(Number(text), Number.MAX_SAFE_INTEGER);
}

function unreadable(what: string, text: string, at: number, details: string): Refused {
  const message = `"failed to parse ${what} (${text})" (line 1, column ${at + 1})`;
  return new Refused(400, { code: 'PGRST100', details, hint: null, message });
}

/** Letters of any language, digits, `_`, `$`; blanks and dashes within. */
const NAME = /[\p{L}\p{N}_$]+(?:(?: +|-(?!>))[\p{L}\p{N}_$]+)*/uy;
const TYPE = /[A-Za-z_][\w ]*/y;
const FIELD_NAME = 'field name (* or [a..z0..9_$])';

/** Goes through a text from its beginning to its end. */
class Reader {
  readonly #what: string;
  readonly #text: string;
  #at = 0;

  /** @param what it is, as a refusal names it */
  constructor(what: string, text: string) {
    this.#what = what;
    this.#text = text;
    if (text.includes('\0')) throw unreadable(what, '', text.indexOf('\0'), 'unexpected "\\0"');
  }

  #take(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (!found) return null;
    this.#at += found[0].length;
    return found[0];
  }

  #need(pattern: RegExp, expected: string): string {
    return this.#take(pattern) ?? this.#fail(expected);
  }

  #fail(expected: string): never {
    const next = this.#text[this.#at];
    const found = next === undefined ? 'end of input' : JSON.stringify(next);
    const details = `unexpected ${found} expecting ${expected}`;
    throw unreadable(this.#what, this.#text, this.#at, details);
  }

  #end(): void {
    if (this.#at < this.#text.length) this.#fail('"," or end of input');
  }

  #listOf<T>(item: () => T): T[] {
    const items = [item()];
    while (this.#take(/\s*,\s*/y) !== null) items.push(item());
    return items;
  }

  #name(): string {
    return this.#quotedName() ?? this.#need(NAME, FIELD_NAME);
  }

  #quotedName(): string | null {
    const quoted = this.#take(/"(?:[^"\\]|\\.)+"/sy);
    return quoted && quoted.slice(1, -1).replaceAll(/\\(.)/gs, '$1');
  }

  #field(): Field {
    const name = this.#name();
    const path: Step[] = [];
    for (let sign = this.#take(/->>?/y); sign !== null; sign = this.#take(/->>?/y)) {
      const index = this.#take(/-?\d+(?=->|::|[.,)=]|$)/y);
      path.push({ sign: sign as Step['sign'], key: index === null ? this.#name() : Number(index) });
    }
    return { name, path };
  }

  /** `a,b`. */
  names(): string[] {
    const names = this.#listOf(() => this.#name());
    this.#end();
    return names;
  }

  /** `order_items.products.name->>en`. */
  path(): { names: string[]; field: Field } {
    const names: string[] = [];
    let field = this.#field();
    while (this.#take(/\./y) !== null) {
      names.push(field.name);
      field = this.#field();
    }
    this.#end();
    return { names, field };
  }

  /** `a,b:c->>d,e::text,f:table!hint!inner(g,h),...table(i)`; nothing at all is no columns. */
  select(): Wanted[] {
    const wanted = this.#text === '' ? [] : this.#listOf(() => this.#wanted());
    this.#end();
    return wanted;
  }

  #wanted(): Wanted {
    if (this.#take(/\*/y) !== null) {
      return { name: '*', path: [], alias: '*', cast: null, related: null };
    }
    const isSpread = this.#take(/\.\.\./y) !== null;
    let alias: string | null = null;
    let field = this.#field();
    if (!isSpread && field.path.length === 0 && this.#take(/:(?!:)/y) !== null) {
      alias = field.name;
      field = this.#field();
    }
    const isCount = field.name === 'count' && this.#take(/(?=\(\))/y) !== null;
    if (isCount || this.#take(/\.(?:avg|count|max|min|sum)\(\)/y) !== null) throw aggregate();
    const related = field.path.length === 0 ? this.#related(isSpread) : null;
    if (related) return { ...field, alias: alias ?? field.name, cast: null, related };
    if (isSpread) this.#fail('"("');
    const cast = this.#take(/::/y) === null ? null : this.#need(TYPE, 'letter or digit').trim();
    const key = field.path.findLast((step) => typeof step.key === 'string')?.key;
    return { ...field, alias: alias ?? String(key ?? field.name), cast, related: null };
  }

  #related(isSpread: boolean): Related | null {
    let hint: string | null = null;
    let isInner = false;
    let isRelated = false;
    while (this.#take(/!/y) !== null) {
      const word = this.#name();
      if (word === 'inner') isInner = true;
      else if (word !== 'left') hint = word;
      isRelated = true;
    }
    if (!isRelated && this.#take(/(?=\()/y) === null) return null;
    this.#need(/\(\s*/y, '"("');
    const wanted = this.#take(/(?=\))/y) === null ? this.#listOf(() => this.#wanted()) : [];
    this.#need(/\s*\)/y, '")" or ","');
    return { hint, isInner, isSpread, wanted };
  }

  /** `a.desc.nullslast,customers(name),data->>b`. */
  order(): Order[] {
    const order = this.#listOf((): Order => {
      const first = this.#field();
      const isRelated = first.path.length === 0 && this.#take(/\(/y) !== null;
      const field = isRelated ? this.#field() : first;
      if (isRelated) this.#need(/\)/y, '")"');
      const direction = this.#take(/\.(?:asc|desc)\b/y) === '.desc' ? 'desc' : 'asc';
      const nulls = this.#take(/\.nulls(?:first|last)\b/y);
      if (this.#take(/(?=\.)/y) !== null) this.#fail('"asc", "desc", "nullsfirst" or "nullslast"');
      return {
        ...field,
        related: isRelated ? first.name : null,
        direction,
        nulls: nulls === null ? null : nulls === '.nullsfirst' ? 'first' : 'last',
      };
    });
    this.#end();
    return order;
  }

  /** `not.like.A*`, the whole value of a parameter. */
  comparison(field: Field): Comparison {
    const comparison = this.#comparison(field, () => this.#need(/.*/sy, 'a value'));
    this.#end();
    return comparison;
  }

  /** `(a.eq.1,not.and(b.gt.2,c.is.null))`. */
  logic(word: 'and' | 'or', isNegated: boolean): Combination {
    const conditions = this.#conditions();
    this.#end();
    return { word, isNegated, conditions };
  }

  #conditions(): Condition[] {
    this.#need(/\s*\(\s*/y, '"("');
    const conditions = this.#listOf(() => this.#condition());
    this.#need(/\s*\)/y, '")" or ","');
    return conditions;
  }

  #condition(): Condition {
    const isNegated = this.#take(/not\.(?=(?:and|or)\s*\()/y) !== null;
    const word = this.#take(/(?:and|or)(?=\s*\()/y);
    if (word === 'and' || word === 'or') return { word, isNegated, conditions: this.#conditions() };
    const expected = `${FIELD_NAME}, negation operator (not) or logic operator (and, or)`;
    if (this.#take(/(?=["\p{L}\p{N}_$])/uy) === null) this.#fail(expected);
    const field = this.#field();
    this.#need(/\./y, 'delimiter (.)');
    return this.#comparison(field, () => this.#valueWithin());
  }

  #comparison(field: Field, single: () => string): Comparison {
    const isNegated = this.#take(/not\./y) !== null;
    const expected = `${isNegated ? '' : '"not" or '}operator (eq, gt, ...)`;
    const operator = this.#need(/[a-z]+(?=[.(])/y, expected);
    const inBrackets = this.#take(/\([\w ]*\)/y)?.slice(1, -1) ?? null;
    const isSearch = SEARCH.test(operator);
    const isQuantified = inBrackets === 'any' || inBrackets === 'all';
    const isRight = isSearch
      ? inBrackets !== ''
      : OPERATOR.test(operator) &&
        (inBrackets === null || (isQuantified && QUANTIFIED.test(operator)));
    if (!isRight) {
      const details = `unknown single value operator ${operator}${inBrackets === null ? '' : `(${inBrackets})`}`;
      throw unreadable(this.#what, this.#text, this.#at, details);
    }
    this.#need(/\./y, 'delimiter (.)');
    const begin = this.#at;
    const value = operator === 'in' ? this.#values() : single();
    if (operator === 'is' && !TRUTH.test(String(value))) {
      this.#at = begin;
      this.#fail('null or trilean value (unknown, true, false)');
    }
    return {
      ...field,
      isNegated,
      operator,
      quantifier: isQuantified && !isSearch ? inBrackets : null,
      language: isSearch ? inBrackets : null,
      value,
    };
  }

  /** `(a,"b,c")`. */
  #values(): string[] {
    this.#need(/\s*\(/y, '"("');
    const values = [this.#value()];
    while (this.#take(/,/y) !== null) values.push(this.#value());
    this.#need(/\)\s*/y, '")" or ","');
    // An empty pair of brackets is no value at all.
    return values.length === 1 && values[0] === '' ? [] : values;
  }

  #value(): string {
    return this.#quoted() ?? this.#need(/[^,)]*/y, 'a value');
  }

  /** One value among others: in quotes, an array, or all there is up to the next comma. */
  #valueWithin(): string {
    return this.#quoted() ?? this.#take(/\{[^{}]*\}/y) ?? this.#value();
  }

  /** A value that begins with a quote has to end with one, or nobody knows where it ends. */
  #quoted(): string | null {
    if (this.#take(/(?=")/y) === null) return null;
    const quoted = this.#take(/"(?:[^"\\]|\\["\\])*"(?=[,)]|$)/sy);
    if (quoted !== null) return quoted.slice(1, -1).replaceAll(/\\(.)/gs, '$1');
    const details = 'within a value in quotes, a quote is written \\" and a backslash \\\\';
    throw unreadable(this.#what, this.#text, this.#at, details);
  }
}

function aggregate(): Refused {
  const message = 'Use of aggregate functions is not allowed';
  return new Refused(400, { code: 'PGRST123', details: null, hint: null, message });
}
