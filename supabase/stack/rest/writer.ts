import pg from 'pg';
import type { Relation } from './catalogue.ts';
import { noColumn, notEmbedded } from './mistakes.ts';
import type { Child, Node } from './plan.ts';
import type { Combination, Comparison, Condition, Field, Order, Wanted } from './query.ts';
import { Refused } from './refusals.ts';

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
  sl: '<<',
  sr: '>>',
  nxr: '&<',
  nxl: '&>',
  adj: '-|-',
};
const SEARCHES: Record<string, string> = {
  fts: 'to_tsquery',
  plfts: 'plainto_tsquery',
  phfts: 'phraseto_tsquery',
  wfts: 'websearch_to_tsquery',
};

/** Rows that a statement has written, instead of a table: which of their columns are used. */
export interface Returned {
  node: Node;
  /** By name, as they stand in `returning`. */
  columns: Map<string, string>;
  /** The table that is written, as the statement calls it. */
  target: string;
}

/** Writes the parts of SQL that answers are made of. Values become parameters. */
export class Writer {
  readonly values: (string | null)[] = [];
  readonly #schema: string;
  readonly #maxRows: number;
  readonly #returned: Returned | null;
  #tables = 0;

  constructor(schema: string, maxRows: number, returned: Returned | null = null) {
    this.#schema = schema;
    this.#maxRows = maxRows;
    this.#returned = returned;
  }

  value(value: string): string {
    return `$${this.values.push(value)}`;
  }

  table(): string {
    this.#tables += 1;
    return `t${this.#tables}`;
  }

  columns(node: Node, table: string): string {
    const isWhole = this.#returned?.node !== node;
    const columns = this.#wanted(node, table, isWhole ? `${table}.*` : null);
    return columns
      .map(([name, value]) => (name === null ? value : `${value} as ${quote(name)}`))
      .join(', ');
  }

  /**
   * The names and values of what is wanted of a row.
   *
   * @param star what stands for all columns; null when each has to be named
   */
  #wanted(node: Node, table: string, star: string | null): [string | null, string][] {
    return node.wanted.flatMap((item): [string | null, string][] => {
      const child = node.children.find((it) => it.wanted === item);
      if (child && item.related?.isSpread) return this.#spread(child, table);
      // Nothing wanted of it: it only says which rows there are.
      if (child?.node.wanted.length === 0) return [];
      if (child) return [[item.alias, this.#related(child, table)]];
      if (item.name !== '*') return [[item.alias, this.#cast(node, table, item)]];
      if (star !== null) return [[null, star]];
      return [...node.relation.columns.keys()].map((name) => [name, this.#own(node, table, name)]);
    });
  }

  #cast(node: Node, table: string, { name, path, cast }: Wanted): string {
    const value = this.field(node, table, { name, path });
    return cast === null ? value : `cast(${value} as ${cast})`;
  }

  field(node: Node, table: string, { name, path }: Field): string {
    const column = this.#own(node, table, name);
    if (path.length === 0) return column;
    const type = node.relation.columns.get(name)?.type ?? '';
    const steps = path.map(({ sign, key }) =>
      typeof key === 'number' ? `${sign}${key}` : `${sign}${pg.escapeLiteral(key).trim()}`,
    );
    return `(${/^jsonb?$/.test(type) ? column : `to_jsonb(${column})`}${steps.join('')})`;
  }

  /** A column or a computed field. */
  #own(node: Node, table: string, name: string): string {
    const { relation } = node;
    const plain = (of: string) => `${of}.${quote(name)}`;
    const computed = (of: string) => `${quote(this.#schema)}.${quote(name)}(${of})`;
    const write = relation.columns.has(name)
      ? plain
      : relation.computed.has(name)
        ? computed
        : null;
    if (!write) throw noColumn(relation, name);
    if (this.#returned?.node !== node) return write(table);
    this.#returned.columns.set(name, write(this.#returned.target));
    return plain(table);
  }

  /** Rows of a related table: one as an object, several as an array. */
  #related(child: Child, here: string): string {
    const there = this.table();
    const page = `select ${this.columns(child.node, there)} ${this.#page(child, here, there)}`;
    return child.relationship.isToOne
      ? `(select row_to_json(one) from (${page}) as one)`
      : `(select coalesce(json_agg(many), '[]') from (${page}) as many)`;
  }

  /** Each column of a related row by itself, each column of related rows as an array. */
  #spread(child: Child, here: string): [string | null, string][] {
    const there = this.table();
    const wanted = this.#wanted(child.node, there, null);
    const rows = this.#page(child, here, there);
    return wanted.map(([name, value]) => [
      name,
      child.relationship.isToOne
        ? `(select ${value} ${rows})`
        : `(select coalesce(json_agg(many.value), '[]') from (select ${value} as value ${rows}) as many)`,
    ]);
  }

  /** `from …` those of the related rows that are on their page. */
  #page(child: Child, here: string, there: string): string {
    const { node, relationship } = child;
    const rows = this.#joined(child, here, there);
    const { limit, offset } = node.part;
    if (relationship.isToOne && limit === null && offset === 0) return rows;
    const most = Math.min(limit ?? this.#maxRows, this.#maxRows);
    const order = this.order(node, there);
    return `${rows}${order} limit ${most} offset ${this.value(String(offset))}::bigint`;
  }

  /** `from …` the rows there that belong to the row here. */
  #joined({ node, relationship, origin }: Child, here: string, there: string): string {
    const { columns, through, computed } = relationship;
    if (computed !== null) {
      const call = `${quote(this.#schema)}.${quote(computed)}(${here})`;
      return `from ${call} as ${there}${this.where(node, there)}`;
    }
    const between = through && this.table();
    const pairs = columns.map(
      ([own, other]) => `${between ?? there}.${quote(other)} = ${this.#own(origin, here, own)}`,
    );
    const more = (through?.columns ?? []).map(
      ([own, other]) => `${there}.${quote(other)} = ${between}.${quote(own)}`,
    );
    const tables = [
      `${this.#name(node.relation)} as ${there}`,
      ...(through ? [`${quote(this.#schema)}.${quote(through.table)} as ${between}`] : []),
    ];
    return `from ${tables.join(', ')}${this.where(node, there, [...pairs, ...more])}`;
  }

  #name({ name }: Relation): string {
    return `${quote(this.#schema)}.${quote(name)}`;
  }

  /** `from …` a table with the rows that the query asks for. */
  source(node: Node, table: string): string {
    return `from ${this.#name(node.relation)} as ${table}${this.where(node, table)}`;
  }

  where(node: Node, table: string, joined: string[] = []): string {
    const conditions = [
      ...joined,
      ...this.conditions(node, table),
      ...node.children.filter((it) => it.isInner).map((child) => this.#exists(child, table)),
    ];
    return conditions.length > 0 ? ` where ${conditions.join(' and ')}` : '';
  }

  conditions(node: Node, table: string): string[] {
    return node.part.conditions.map((condition) => this.#condition(node, table, condition));
  }

  #exists(child: Child, here: string): string {
    return `exists (select ${this.#joined(child, here, this.table())})`;
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
    const { name, path, operator, quantifier, value } = comparison;
    const child = node.children.find(({ wanted }) => [wanted.alias, wanted.name].includes(name));
    if (child && path.length === 0) return this.#presence(child, table, comparison);
    const left = this.field(node, table, comparison);
    const labels = path.length === 0 ? node.relation.labels.get(name) : undefined;
    if (Array.isArray(value)) {
      const isKnown = labels !== undefined && value.every((label) => labels.has(label));
      const list = isKnown ? pg.escapeLiteral(toArray(value)) : this.value(toArray(value));
      return `${left} = any (${list})`;
    }
    if (operator === 'is') return `${left} is ${value.toLowerCase().replace('_', ' ')}`;
    const search = SEARCHES[operator];
    if (search !== undefined) return this.#search(node, left, search, comparison, value);
    const sign = OPERATORS[operator] ?? '=';
    const isPattern = operator === 'like' || operator === 'ilike';
    const text = isPattern ? value.replaceAll('*', '%') : value;
    if (quantifier !== null) return `${left} ${sign} ${quantifier} (${this.value(text)})`;
    // A state that stands in the text lets the planner choose an index over rows in that state.
    if (labels?.has(value)) return `${left} ${sign} ${pg.escapeLiteral(value)}`;
    return `${left} ${sign} ${this.value(text)}`;
  }

  /** Whether there are related rows. */
  #presence(child: Child, table: string, { operator, value }: Comparison): string {
    if (operator === 'is' && value === 'null') return `not ${this.#exists(child, table)}`;
    if (operator === 'is' && value === 'not_null') return this.#exists(child, table);
    throw new Refused(400, {
      code: 'PGRST120',
      details: 'Only is null or not is null filters are allowed on embedded resources',
      hint: null,
      message: `Bad operator on the '${child.wanted.alias}' embedded resource`,
    });
  }

  #search(
    node: Node,
    left: string,
    search: string,
    { name, path, language }: Comparison,
    value: string,
  ): string {
    const isVector = path.length === 0 && node.relation.columns.get(name)?.type === 'tsvector';
    const config = language === null ? '' : `${this.value(language)}::regconfig, `;
    const vector = isVector ? left : `to_tsvector(${config}${left})`;
    return `${vector} @@ ${search}(${config}${this.value(value)})`;
  }

  order(node: Node, table: string): string {
    const { order } = node.part;
    if (order.length === 0) return '';
    const terms = order.map((term) => {
      const nulls = term.nulls === null ? '' : ` nulls ${term.nulls}`;
      return `${this.#orderedBy(node, table, term)} ${term.direction}${nulls}`;
    });
    return ` order by ${terms.join(', ')}`;
  }

  #orderedBy(node: Node, table: string, { related, name, path }: Order): string {
    if (related === null) return this.field(node, table, { name, path });
    const child = node.children.find(({ wanted }) => wanted.alias === related);
    if (!child) throw notEmbedded(related);
    if (!child.relationship.isToOne) {
      throw new Refused(400, {
        code: 'PGRST118',
        details: `'${node.relation.name}' and '${related}' do not form a many-to-one or one-to-one relationship`,
        hint: null,
        message: `A related order on '${related}' is not possible`,
      });
    }
    const there = this.table();
    const value = this.field(child.node, there, { name, path });
    return `(select ${value} ${this.#joined(child, table, there)})`;
  }
}

function toArray(values: string[]): string {
  return `{${values.map((value) => `"${value.replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`;
}
