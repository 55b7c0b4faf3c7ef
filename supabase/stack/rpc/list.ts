import { createHash } from 'node:crypto';
import pg from 'pg';
import type { Catalogue } from './catalogue.ts';
import { plan, type Child, type Node } from './plan.ts';
import {
  NotPlain,
  readQuery,
  type Combination,
  type Comparison,
  type Condition,
  type Order,
} from './query.ts';
import { intersect, type Range } from './range.ts';
import { Refused } from './refusals.ts';
import type { Statement } from './transaction.ts';

const quote = pg.escapeIdentifier;

const OPERATORS: Record<string, string> = {
  eq: '=',
  neq: '<>',
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
  like: 'like',
  ilike: 'ilike',
  match: '~',
  imatch: '~*',
  isdistinct: 'is distinct from',
  cs: '@>',
  cd: '<@',
  ov: '&&',
};
const QUANTIFIED = /^(eq|gte?|lte?|i?like|i?match)$/;
const IS: Record<string, string> = {
  null: 'null',
  not_null: 'not null',
  true: 'true',
  false: 'false',
  unknown: 'unknown',
};

export interface ListOptions {
  /** Says how many rows there are in all. */
  isCounted: boolean;
  /** What of the rows to answer: all of the page, the only one, or none. */
  body: 'rows' | 'row' | 'none';
  /** The part that the `Range` header asks for. */
  range: Range;
  maxRows: number;
}

export interface List {
  statement: Statement;
  offset: number;
}

/**
 * The statement of `GET /<relation>?…`: columns, computed fields and rows related by foreign keys;
 * comparisons, order, limit and offset of all of them. Null when it asks for more than that.
 *
 * @throws {Refused} what PostgREST refuses before it asks the database
 */
export function listStatement(
  catalogue: Catalogue,
  schema: string,
  name: string,
  query: URLSearchParams,
  options: ListOptions,
): List | null {
  const relation = catalogue.relations.get(name);
  if (!relation) return null;
  try {
    const root = plan(catalogue, schema, relation, readQuery(query));
    return new Writer(schema, options).write(root);
  } catch (error) {
    if (error instanceof NotPlain) return null;
    throw error;
  }
}

/** Writes the SQL of a list. */
class Writer {
  readonly #schema: string;
  readonly #options: ListOptions;
  readonly #values: string[] = [];
  #tables = 0;

  constructor(schema: string, options: ListOptions) {
    this.#schema = schema;
    this.#options = options;
  }

  write(node: Node): List {
    const { isCounted, body, range, maxRows } = this.#options;
    const { limit, offset } = intersect(range, node.part, maxRows);
    const table = this.#table();
    const columns = this.#columns(node, table);
    const source = this.#source(node, table, []);
    const total = isCounted ? `(select count(*) ${source})::text` : 'null';
    const page = `select ${columns} ${source}${this.#order(node, table)} limit ${limit} offset ${this.#value(String(offset))}::bigint`;
    const rows = {
      rows: `coalesce(json_agg(result), '[]')::text`,
      row: `coalesce(json_agg(result) -> 0, 'null')::text`,
      none: 'null',
    };
    const text = `select ${rows[body]}, count(*)::text, ${total} from (${page}) as result`;
    const name = createHash('sha256').update(text).digest('hex').slice(0, 32);
    return { statement: { name, text, values: this.#values }, offset };
  }

  #value(value: string): string {
    return `$${this.#values.push(value)}`;
  }

  #table(): string {
    this.#tables += 1;
    return `t${this.#tables}`;
  }

  #columns(node: Node, table: string): string {
    const names = new Set<string>();
    const columns = node.wanted.map((item) => {
      if (item.name === '*') return `${table}.*`;
      if (names.has(item.alias)) throw new NotPlain();
      names.add(item.alias);
      const child = node.children.find((it) => it.wanted === item);
      const value = child ? this.#related(child, table) : this.#column(node, table, item.name);
      const cast = item.cast === null ? value : `cast(${value} as ${item.cast})`;
      return `${cast} as ${quote(item.alias)}`;
    });
    return columns.join(', ');
  }

  #column({ relation }: Node, table: string, name: string): string {
    if (relation.columns.has(name)) return `${table}.${quote(name)}`;
    if (!relation.computed.has(name)) throw new NotPlain();
    return `${quote(this.#schema)}.${quote(name)}(${table})`;
  }

  /** Rows of a related table: one as an object, several as an array. */
  #related(child: Child, here: string): string {
    const { node, relationship } = child;
    const there = this.#table();
    const columns = this.#columns(node, there);
    const rows = `select ${columns} ${this.#source(node, there, this.#joined(child, here, there))}`;
    const { limit, offset } = node.part;
    if (relationship.isToOne && limit === null && offset === 0) {
      return `(select row_to_json(one) from (${rows}) as one)`;
    }
    const most = Math.min(limit ?? this.#options.maxRows, this.#options.maxRows);
    const page = `${rows}${this.#order(node, there)} limit ${most} offset ${this.#value(String(offset))}::bigint`;
    return relationship.isToOne
      ? `(select row_to_json(one) from (${page}) as one)`
      : `(select coalesce(json_agg(many), '[]') from (${page}) as many)`;
  }

  #joined({ relationship }: Child, here: string, there: string): string[] {
    return relationship.columns.map(
      ([own, other]) => `${there}.${quote(other)} = ${here}.${quote(own)}`,
    );
  }

  #source(node: Node, table: string, joined: string[]): string {
    const conditions = [
      ...joined,
      ...node.part.conditions.map((condition) => this.#condition(node, table, condition)),
      ...node.children.filter((it) => it.isInner).map((child) => this.#exists(child, table)),
    ];
    const where = conditions.length > 0 ? ` where ${conditions.join(' and ')}` : '';
    const name = `${quote(this.#schema)}.${quote(node.relation.name)}`;
    return `from ${name} as ${table}${where}`;
  }

  #exists(child: Child, here: string): string {
    const there = this.#table();
    return `exists (select ${this.#source(child.node, there, this.#joined(child, here, there))})`;
  }

  #condition(node: Node, table: string, condition: Condition): string {
    const text =
      'word' in condition
        ? this.#combination(node, table, condition)
        : this.#comparison(node, table, condition);
    return condition.isNegated ? `not ${text}` : text;
  }

  #combination(node: Node, table: string, { word, conditions }: Combination): string {
    const parts = conditions.map((condition) => this.#condition(node, table, condition));
    return `(${parts.join(` ${word} `)})`;
  }

  #comparison(node: Node, table: string, comparison: Comparison): string {
    const { column, operator, quantifier, value } = comparison;
    if (quantifier !== null && !QUANTIFIED.test(operator)) throw new NotPlain();
    const labels = node.relation.labels.get(column);
    if (Array.isArray(value)) {
      const isKnown = labels !== undefined && value.every((label) => labels.has(label));
      const list = isKnown ? pg.escapeLiteral(toArray(value)) : this.#value(toArray(value));
      return `${this.#column(node, table, column)} = any (${list})`;
    }
    const child = node.children.find(({ wanted }) => [wanted.alias, wanted.name].includes(column));
    if (child && operator === 'is' && value === 'null') return `not ${this.#exists(child, table)}`;
    const left = this.#column(node, table, column);
    const state = IS[value.toLowerCase()];
    if (operator === 'is' && state !== undefined) return `${left} is ${state}`;
    const sign = OPERATORS[operator];
    if (sign === undefined) throw new NotPlain();
    const isPattern = operator === 'like' || operator === 'ilike';
    const text = isPattern ? value.replaceAll('*', '%') : value;
    if (quantifier !== null) return `${left} ${sign} ${quantifier} (${this.#value(text)})`;
    // A state that stands in the text lets the planner choose an index over rows in that state.
    if (labels?.has(value)) return `${left} ${sign} ${pg.escapeLiteral(value)}`;
    return `${left} ${sign} ${this.#value(text)}`;
  }

  #order(node: Node, table: string): string {
    const { order } = node.part;
    if (order.length === 0) return '';
    const terms = order.map((term) => {
      const nulls = term.nulls === null ? '' : ` nulls ${term.nulls}`;
      return `${this.#orderedBy(node, table, term)} ${term.direction}${nulls}`;
    });
    return ` order by ${terms.join(', ')}`;
  }

  #orderedBy(node: Node, table: string, { related, column }: Order): string {
    if (related === null) return this.#column(node, table, column);
    const child = node.children.find(({ wanted }) => wanted.alias === related);
    if (!child) throw new NotPlain();
    if (!child.relationship.isToOne) {
      throw new Refused(400, {
        code: 'PGRST118',
        details: `'${node.relation.name}' and '${related}' do not form a many-to-one or one-to-one relationship`,
        hint: null,
        message: `A related order on '${related}' is not possible`,
      });
    }
    const there = this.#table();
    const value = this.#column(child.node, there, column);
    return `(select ${value} ${this.#source(child.node, there, this.#joined(child, table, there))})`;
  }
}

function toArray(values: string[]): string {
  return `{${values.map((value) => `"${value.replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`;
}
