import pg from 'pg';
import { isObject, type Body } from './body.ts';
import { RESPONSE } from './call.ts';
import type { Catalogue, Relation } from './catalogue.ts';
import { bodyOf, named, NO_BODY, type Form } from './form.ts';
import { guard } from './guard.ts';
import { badBody, noColumn, noTarget } from './mistakes.ts';
import { plan, type Node } from './plan.ts';
import type { Preferences } from './preferences.ts';
import { readQuery, type Condition, type Query } from './query.ts';
import { Refused } from './refusals.ts';
import type { Statement } from './transaction.ts';
import { Writer, type Returned } from './writer.ts';

const quote = pg.escapeIdentifier;

export type WriteMethod = 'POST' | 'PATCH' | 'PUT' | 'DELETE';

export interface Write {
  catalogue: Catalogue;
  schema: string;
  relation: Relation;
  method: WriteMethod;
  query: URLSearchParams;
  /** Null for DELETE. */
  body: Body | null;
  preferences: Preferences;
  form: Form;
  maxRows: number;
}

/**
 * The statement of a change of a table: body, number of rows, nothing, status and headers that a
 * trigger has set, how many of the rows were there before, where the new one is.
 *
 * @throws {Refused} what PostgREST refuses before it asks the database
 */
export function writeStatement(write: Write): Statement {
  const { catalogue, schema, relation, method, preferences, form, maxRows } = write;
  const query = readQuery(write.query);
  refuseUnsafe(method, relation, query);
  const isAnswered = preferences.return === 'representation';
  const isLocated = preferences.return === 'headers-only' && method === 'POST';
  const part = query.parts.get('');
  const root = plan(catalogue, schema, relation, {
    wanted: isAnswered ? query.wanted : isLocated ? relation.key.map(toWanted) : [],
    // Which rows are written is not what is answered of them.
    parts: new Map(isAnswered ? query.parts : []).set('', {
      conditions: [],
      order: isAnswered ? (part?.order ?? []) : [],
      limit: null,
      offset: 0,
    }),
  });
  const returned: Returned = { node: root, columns: new Map(), target: 'target' };
  const writer = new Writer(schema, maxRows, returned);
  const filter: Node = {
    relation,
    part: { conditions: part?.conditions ?? [], order: [], limit: null, offset: 0 },
    wanted: [],
    children: [],
  };
  const change =
    method === 'DELETE'
      ? `delete from ${target(write)} as target${writer.where(filter, 'target')}`
      : method === 'PATCH'
        ? update(write, query, writer, filter)
        : insert(write, query, writer);
  const table = writer.table();
  const rows = `select ${writer.columns(root, table)} from changed as ${table}${writer.where(root, table)}${writer.order(root, table)}`;
  const names = [...returned.columns].map(([name, value]) => `${value} as ${quote(name)}`);
  const location = `(select json_agg(json_build_array(key, value)) from json_each_text(json_agg(result) -> 0))::text`;
  const list = names.length > 0 ? names.join(', ') : '1';
  const changed =
    change === null
      ? `select ${list} from ${target(write)} as target where false`
      : `${change} returning ${list}`;
  const text = `with changed as (${changed})
    select ${bodyOf(isAnswered ? form : NO_BODY)}, count(*)::text, null, ${RESPONSE},
      nullif(current_setting('mzigo.merged', true), ''), ${isLocated ? location : 'null'}, ${guardOf(write)}
    from (${rows}) as result`;
  return { ...named(text), values: writer.values };
}

function guardOf({ method, form, preferences }: Write): string {
  if (method === 'PUT') return guard('count(*) <> 1', 'PGRST115');
  if (form.shape === 'row') return guard('count(*) <> 1', 'PGRST116');
  const most = method === 'POST' ? null : preferences['max-affected'];
  return most === null ? 'null' : guard(`count(*) > ${most}`, 'PGRST124');
}

const toWanted = (name: string) => ({ name, alias: name, path: [], cast: null, related: null });

const target = ({ schema, relation }: Write) => `${quote(schema)}.${quote(relation.name)}`;

function refuseUnsafe(method: WriteMethod, relation: Relation, { parts }: Query): void {
  const part = parts.get('');
  const conditions = part?.conditions ?? [];
  if (method !== 'POST' && part && (part.limit !== null || part.offset > 0)) {
    const message = `limit/offset querystring parameters are not allowed for ${method}`;
    throw new Refused(400, { code: 'PGRST114', details: null, hint: null, message });
  }
  if (method === 'PUT' && !isKey(relation, conditions)) {
    const message = "Filters must include all and only primary key columns with 'eq' operators";
    throw new Refused(405, { code: 'PGRST105', details: null, hint: null, message });
  }
  if ((method === 'PATCH' || method === 'DELETE') && conditions.length === 0) {
    // As on a hosted project: a forgotten filter changes nothing.
    const message = `${method === 'PATCH' ? 'UPDATE' : 'DELETE'} requires a WHERE clause`;
    const hint = 'Say which rows with a filter, such as id=eq.1.';
    throw new Refused(400, { code: '21000', details: null, hint, message });
  }
}

function isKey({ key }: Relation, conditions: Condition[]): boolean {
  const names = conditions.map((it) =>
    'word' in it || it.isNegated || it.operator !== 'eq' || it.path.length > 0 ? '' : it.name,
  );
  return key.length > 0 && names.toSorted().join() === key.toSorted().join();
}

const MISMATCH = 'All object keys must match';

/** The columns that are written: those of the body, or those that the query names. */
function columnsOf({ relation, body }: Write, query: Query): string[] {
  const rows: unknown[] = Array.isArray(body?.value) ? body.value : [body?.value];
  if (!rows.every(isObject)) throw badBody(rows.length > 1 ? MISMATCH : undefined);
  const columns = query.columns ?? Object.keys(rows[0] ?? {});
  if (query.columns === null) {
    const shape = columns.toSorted().join('\0');
    const isEven = rows.every((row) => Object.keys(row).toSorted().join('\0') === shape);
    if (!isEven) throw badBody(MISMATCH);
  }
  const unknown = columns.find((column) => !relation.columns.has(column));
  if (unknown !== undefined) throw noTarget(relation, unknown);
  return columns;
}

/** The rows of the body as SQL, called `body`. */
function rowsOf({ relation, preferences, body }: Write, columns: string[], writer: Writer): string {
  const json = Array.isArray(body?.value) ? body.json : `[${body?.json}]`;
  const given = writer.value(json);
  if (columns.length === 0) return `json_array_elements(${given}::json) as body`;
  const typed = columns.map((name) => `${quote(name)} ${relation.columns.get(name)?.type}`);
  const defaults = columns.flatMap((name) => {
    const expression = relation.columns.get(name)?.default ?? null;
    return expression === null ? [] : [`${pg.escapeLiteral(name)}, ${expression}`];
  });
  const isFilled = preferences.missing === 'default' && defaults.length > 0;
  const filled = `(select coalesce(jsonb_agg(jsonb_build_object(${defaults.join(', ')}) || one), '[]') from jsonb_array_elements(${given}::jsonb) as one)`;
  const read = isFilled ? `jsonb_to_recordset(${filled})` : `json_to_recordset(${given}::json)`;
  return `${read} as body (${typed.join(', ')})`;
}

function insert(write: Write, query: Query, writer: Writer): string {
  const { relation, method, preferences } = write;
  const columns = columnsOf(write, query);
  const source = rowsOf(write, columns, writer);
  const names = columns.map(quote).join(', ');
  const into = columns.length === 0 ? '' : ` (${names})`;
  const only = method === 'PUT' ? sameKey(write, query, writer) : '';
  const values = columns.map((name) => `body.${quote(name)}`).join(', ');
  const key = query.onConflict ?? relation.key;
  const strange = key.find((name) => !relation.columns.has(name));
  if (strange !== undefined) throw noColumn(relation, strange);
  const resolution = method === 'PUT' ? 'merge-duplicates' : preferences.resolution;
  const conflict =
    resolution === null || key.length === 0 ? '' : onConflict(key, columns, resolution);
  return `insert into ${target(write)} as target${into} select ${values} from ${source}${only}${conflict}`;
}

/** The body of a PUT has to have the key that its address has. */
function sameKey({ relation }: Write, { parts }: Query, writer: Writer): string {
  const body: Node = {
    relation,
    part: parts.get('') ?? { conditions: [], order: [], limit: null, offset: 0 },
    wanted: [],
    children: [],
  };
  return writer.where(body, 'body');
}

function onConflict(key: string[], columns: string[], resolution: string): string {
  const on = ` on conflict (${key.map(quote).join(', ')})`;
  if (resolution === 'ignore-duplicates' || columns.length === 0) return `${on} do nothing`;
  const set = columns.map((name) => `${quote(name)} = excluded.${quote(name)}`).join(', ');
  // Counts the rows that were there, to tell them from new ones.
  const merged = `coalesce(nullif(current_setting('mzigo.merged', true), ''), '0')::integer + 1`;
  return `${on} do update set ${set} where set_config('mzigo.merged', (${merged})::text, true) <> ''`;
}

/** Null when there is nothing to set: no row is touched, and none is answered. */
function update(write: Write, query: Query, writer: Writer, filter: Node): string | null {
  const columns = columnsOf(write, query);
  if (columns.length === 0) return null;
  const source = rowsOf(write, columns, writer);
  const set = columns.map((name) => `${quote(name)} = body.${quote(name)}`).join(', ');
  const row = `(select * from ${source} limit 1) as body`;
  return `update ${target(write)} as target set ${set} from ${row}${writer.where(filter, 'target')}`;
}
