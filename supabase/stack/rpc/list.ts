import { createHash } from 'node:crypto';
import pg from 'pg';
import type { Catalogue, ForeignKey, Relation } from './catalogue.ts';
import type { Statement } from './transaction.ts';

const quote = pg.escapeIdentifier;

/** Thrown at whatever is not one of the plain lists that are answered here. */
class NotPlain extends Error {}

const OPERATORS: Record<string, string> = {
  eq: '=',
  neq: '<>',
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
  like: 'like',
  ilike: 'ilike',
};
const IS = new Set(['null', 'true', 'false', 'unknown']);
const ORDER = /^(\w+)(?:\.(asc|desc))?(?:\.nulls(first|last))?$/;
const NUMBER = /^\d{1,9}$/;

export interface List {
  statement: Statement;
  offset: number;
}

interface Wanted {
  name: string;
  alias: string;
  hint: string | null;
  /** What is wanted of a related table; null for a column. */
  inner: Wanted[] | null;
}

/**
 * The statement of `GET /<relation>?…`: columns, computed fields and rows related by one foreign key;
 * comparisons of columns, order, limit and offset. Null when it asks for more than that.
 */
export function listStatement(
  catalogue: Catalogue,
  schema: string,
  name: string,
  query: URLSearchParams,
  options: { isCounted: boolean; maxRows: number },
): List | null {
  const relation = catalogue.relations.get(name);
  if (!relation) return null;
  try {
    return new Writer(catalogue, schema, options.maxRows).write(relation, query, options.isCounted);
  } catch (error) {
    if (error instanceof NotPlain) return null;
    throw error;
  }
}

class Writer {
  readonly #catalogue: Catalogue;
  readonly #schema: string;
  readonly #maxRows: number;
  readonly #values: string[] = [];
  #depth = 0;

  constructor(catalogue: Catalogue, schema: string, maxRows: number) {
    this.#catalogue = catalogue;
    this.#schema = schema;
    this.#maxRows = maxRows;
  }

  write(relation: Relation, query: URLSearchParams, isCounted: boolean): List {
    const once = (key: string) => {
      const [value, ...more] = query.getAll(key);
      if (more.length > 0) throw new NotPlain();
      return value;
    };
    const [limit, offset] = [once('limit') ?? String(this.#maxRows), once('offset') ?? '0'];
    if (!NUMBER.test(limit) || !NUMBER.test(offset)) throw new NotPlain();
    const columns = this.#columns(relation, 't0', parseSelect(once('select') ?? '*'));
    const conditions = [...query]
      .filter(([key]) => !['select', 'order', 'limit', 'offset'].includes(key))
      .map(([key, value]) => this.#condition(relation, key, value));
    const source = `from ${this.#name(relation)} as t0${
      conditions.length > 0 ? ` where ${conditions.join(' and ')}` : ''
    }`;
    const order = once('order');
    const sorted = order === undefined ? '' : ` order by ${this.#order(relation, order)}`;
    const total = isCounted ? `(select count(*) ${source})::text` : 'null';
    const page = `select ${columns} ${source}${sorted} limit ${Math.min(Number(limit), this.#maxRows)} offset ${this.#value(offset)}::bigint`;
    const text = `select coalesce(json_agg(result), '[]')::text, count(*)::text, ${total} from (${page}) as result`;
    const hash = createHash('sha256').update(text).digest('hex').slice(0, 32);
    return { statement: { name: hash, text, values: this.#values }, offset: Number(offset) };
  }

  #value(value: string): string {
    return `$${this.#values.push(value)}`;
  }

  #name(relation: Relation): string {
    return `${quote(this.#schema)}.${quote(relation.name)}`;
  }

  #columns(relation: Relation, alias: string, wanted: Wanted[]): string {
    const seen = new Set<string>();
    return wanted
      .map((item) => {
        if (item.name === '*' && item.inner === null) return `${alias}.*`;
        if (seen.has(item.alias)) throw new NotPlain();
        seen.add(item.alias);
        return `${this.#expression(relation, alias, item)} as ${quote(item.alias)}`;
      })
      .join(', ');
  }

  #expression(relation: Relation, alias: string, item: Wanted): string {
    if (item.inner !== null) return this.#related(relation, alias, item, item.inner);
    if (relation.columns.has(item.name)) return `${alias}.${quote(item.name)}`;
    if (!relation.computed.has(item.name)) throw new NotPlain();
    return `${quote(this.#schema)}.${quote(item.name)}(${alias})`;
  }

  /** Rows of a related table: one as an object, several as an array. */
  #related(relation: Relation, alias: string, item: Wanted, inner: Wanted[]): string {
    const other = this.#catalogue.relations.get(item.name);
    const key = this.#keyBetween(relation, item);
    if (!other || !key) throw new NotPlain();
    const isOne = key.from === relation.name;
    this.#depth += 1;
    const there = `t${this.#depth}`;
    const columns = this.#columns(other, there, inner);
    const joined = key.columns.map(([from, to]) => {
      const [here, far] = isOne ? [from, to] : [to, from];
      return `${there}.${quote(far)} = ${alias}.${quote(here)}`;
    });
    const rows = `select ${columns} from ${this.#name(other)} as ${there} where ${joined.join(' and ')}`;
    return isOne
      ? `(select row_to_json(one) from (${rows}) as one)`
      : `(select coalesce(json_agg(many), '[]') from (${rows} limit ${this.#maxRows}) as many)`;
  }

  #keyBetween(relation: Relation, { name, hint }: Wanted): ForeignKey | null {
    const keys = this.#catalogue.foreignKeys.filter(
      (key) =>
        (key.from === relation.name && key.to === name) ||
        (key.from === name && key.to === relation.name),
    );
    const fitting = hint === null ? keys : keys.filter((key) => key.name === hint);
    const [key] = fitting;
    // A key that is unique where it comes from makes an object of either side.
    if (!key || fitting.length > 1 || key.from === key.to || key.isUnique) return null;
    return key;
  }

  #condition(relation: Relation, column: string, filter: string): string {
    const parts = /^(not\.)?([a-z]+)\.(.*)$/s.exec(filter);
    if (!parts || !relation.columns.has(column)) throw new NotPlain();
    const [, not, name = '', value = ''] = parts;
    const test = this.#test(`t0.${quote(column)}`, name, value);
    return not === undefined ? test : `not ${test}`;
  }

  #test(column: string, name: string, value: string): string {
    if (name === 'is' && IS.has(value)) return `${column} is ${value}`;
    if (name === 'in') return `${column} = any (${this.#value(toArray(parseValues(value)))})`;
    const operator = OPERATORS[name];
    if (operator === undefined) throw new NotPlain();
    const isPattern = operator.endsWith('like');
    return `${column} ${operator} ${this.#value(isPattern ? value.replaceAll('*', '%') : value)}`;
  }

  #order(relation: Relation, order: string): string {
    return order
      .split(',')
      .map((item) => {
        const [, column = '', direction = 'asc', nulls] = ORDER.exec(item) ?? [];
        if (!relation.columns.has(column)) throw new NotPlain();
        return `t0.${quote(column)} ${direction}${nulls === undefined ? '' : ` nulls ${nulls}`}`;
      })
      .join(', ');
  }
}

/** `a,b:c,d:table!hint(e,f)`. */
function parseSelect(text: string): Wanted[] {
  let rest = text;
  const take = (pattern: RegExp) => {
    const found = pattern.exec(rest);
    if (found) rest = rest.slice(found[0].length);
    return found;
  };
  const parseItems = (): Wanted[] => {
    const items: Wanted[] = [];
    do {
      const found = take(/^(?:(\w+):)?(\w+|\*)(?:!(\w+))?/);
      if (!found) throw new NotPlain();
      const [, alias, name = '', hint = null] = found;
      if (hint === 'inner' || hint === 'left') throw new NotPlain();
      let inner: Wanted[] | null = null;
      if (take(/^\(/)) {
        inner = parseItems();
        if (!take(/^\)/)) throw new NotPlain();
      } else if (hint !== null || (name === '*' && alias !== undefined)) throw new NotPlain();
      items.push({ name, alias: alias ?? name, hint, inner });
    } while (take(/^,/));
    return items;
  };
  const items = parseItems();
  if (rest !== '') throw new NotPlain();
  return items;
}

/** `(a,"b,c")`. */
function parseValues(text: string): string[] {
  const list = /^\((.*)\)$/s.exec(text)?.[1];
  if (list === undefined) throw new NotPlain();
  if (list === '') return [];
  if (/^[^"\\]*$/.test(list)) return list.split(',');
  const values: string[] = [];
  const pattern = /(?:"((?:[^"\\]|\\.)*)"|([^",\\]*))(,|$)/sy;
  for (;;) {
    const found = pattern.exec(list);
    if (!found) throw new NotPlain();
    values.push(found[1]?.replaceAll(/\\(.)/gs, '$1') ?? found[2] ?? '');
    if (found[3] === '') return values;
  }
}

function toArray(values: string[]): string {
  return `{${values.map((value) => `"${value.replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`;
}
