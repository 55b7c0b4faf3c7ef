import pg from 'pg';
import type { Catalogue, Relation, Routine } from './catalogue.ts';
import { bodyOf, named, type Form } from './form.ts';
import { guard } from './guard.ts';
import { plan } from './plan.ts';
import type { Preferences } from './preferences.ts';
import type { Query } from './query.ts';
import { intersect, type Range } from './range.ts';
import { Refused } from './refusals.ts';
import type { Statement } from './transaction.ts';
import { Writer } from './writer.ts';

const quote = pg.escapeIdentifier;

/**
 * The overload that takes exactly these arguments, as PostgREST chooses it: all that are required are
 * given, and none is given that it does not have.
 *
 * @throws {Refused} PGRST202 when none does, PGRST203 when several do
 */
export function chooseRoutine(
  schema: string,
  name: string,
  candidates: Routine[],
  given: string[],
): Routine {
  const fitting = candidates.filter(({ args }) => {
    const names = new Set(args.map((arg) => arg.name));
    return (
      !names.has('') &&
      given.every((it) => names.has(it)) &&
      args.every((arg) => !arg.isRequired || given.includes(arg.name))
    );
  });
  const [routine, ...others] = fitting;
  if (routine && others.length === 0) return routine;
  const full = `${schema}.${name}`;
  if (routine) {
    const calls = fitting.map(({ args }) => {
      return `${full}(${args.map((arg) => `${arg.name} => ${arg.type}`).join(', ')})`;
    });
    throw new Refused(300, {
      code: 'PGRST203',
      details: null,
      hint: 'Try renaming the parameters or the function itself in the database so function overloading can be resolved',
      message: `Could not choose the best candidate function between: ${calls.join(', ')}`,
    });
  }
  const list = given.join(', ');
  const by = `parameter${given.length > 1 ? 's' : ''} ${list}`;
  const [near] = candidates;
  const known = near?.args.map((arg) => arg.name).toSorted();
  throw new Refused(404, {
    code: 'PGRST202',
    details: `Searched for the function ${full} ${given.length === 0 ? 'without parameters' : `with ${by}`}, but no matches were found in the schema cache.`,
    hint: known ? `Perhaps you meant to call the function ${full}(${known.join(', ')})` : null,
    message: `Could not find the function ${full}${given.length === 0 ? ' without parameters' : `(${list})`} in the schema cache`,
  });
}

/** The text of a statement and the name it is prepared under. */
export type CallText = Pick<Statement, 'name' | 'text'>;

/**
 * The call in `from`, with the request's JSON as its only value. PostgreSQL reads the arguments out of
 * it, so that numbers, dates and row types are what PostgREST makes of them.
 *
 * @param isText that all arguments are texts, as in a query, whatever they mean
 */
function source(schema: string, routine: Routine, given: string[], isText: boolean): string {
  const args = routine.args.filter((arg) => given.includes(arg.name));
  const name = `${quote(schema)}.${quote(routine.name)}`;
  if (args.length === 0) return `(select $1::json) as body, lateral ${name}()`;
  const columns = args.map((arg) => `${quote(arg.name)} ${isText ? 'text' : arg.type}`);
  const named = args.map((arg) => {
    const value = `args.${quote(arg.name)}`;
    return `${quote(arg.name)} => ${isText ? `cast(${value} as ${arg.type})` : value}`;
  });
  return `json_to_record($1::json) as args (${columns.join(', ')}), lateral ${name}(${named.join(', ')})`;
}

/**
 * A plain call: JSON in, JSON out, all of it. Body, number of rows, nothing, status and headers that the
 * function has set.
 */
export function callText(
  schema: string,
  routine: Routine,
  given: string[],
  maxRows: number,
): CallText {
  const from = source(schema, routine, given, false);
  const value = routine.isComposite ? 'result' : 'result.value';
  const alias = routine.isComposite ? 'result' : 'result (value)';
  return named(
    routine.isSet
      ? `select coalesce(json_agg(${value}), '[]')::text, count(*)::text, null, ${RESPONSE}
       from (select result.* from ${from} as ${alias} limit ${maxRows}) as result`
      : `select ${routine.isVoid ? 'null' : `to_json(${value})::text`}, '1', null, ${RESPONSE}
       from ${from} as ${alias}`,
  );
}

export interface ShapedCall {
  catalogue: Catalogue;
  schema: string;
  routine: Routine;
  query: Query;
  /** The arguments as JSON, and their names. */
  json: string;
  given: string[];
  isText: boolean;
  preferences: Preferences;
  form: Form;
  range: Range;
  maxRows: number;
}

/** A call whose rows are asked like a list: body, number of rows, number of all, status and headers. */
export function shapedCall(call: ShapedCall): { statement: Statement; offset: number } {
  const { catalogue, schema, routine, query, json, given, preferences, range, maxRows } = call;
  const most = preferences['max-affected'];
  if (most !== null && !routine.isSet) {
    const message =
      'Function must return SETOF or TABLE when max-affected preference is used with handling=strict';
    throw new Refused(400, { code: 'PGRST128', details: null, hint: null, message });
  }
  const relation = relationOf(catalogue, routine);
  const root = plan(catalogue, schema, relation, query);
  const { limit, offset } = intersect(range, root.part, maxRows);
  const writer = new Writer(schema, maxRows);
  writer.value(json);
  const table = writer.table();
  const alias = routine.isComposite ? table : `${table} (${quote(routine.name)})`;
  const from = `${source(schema, routine, given, call.isText)} as ${alias}`;
  const rows = `select ${writer.columns(root, table)} from ${from}${writer.where(root, table)}${writer.order(root, table)}`;
  const isPlain = call.form.shape === 'rows' && !routine.isSet;
  const form: Form = isPlain ? { ...call.form, shape: 'row' } : call.form;
  const body = bodyOf(form, routine.isComposite ? 'result' : `result.${quote(routine.name)}`);
  const total = preferences.count === null ? 'null' : '(select count(*) from answered)::text';
  const wrong =
    most !== null
      ? guard(`count(*) > ${most}`, 'PGRST124')
      : call.form.shape === 'row'
        ? guard('count(*) <> 1', 'PGRST116')
        : 'null';
  // The function is called once, whatever is counted.
  const text = `with answered as materialized (${rows})
    select ${routine.isVoid ? 'null' : body}, count(*)::text, ${total}, ${RESPONSE}, ${wrong}
    from (select * from answered limit ${limit} offset ${writer.value(String(offset))}::bigint) as result`;
  return { statement: { ...named(text), values: writer.values }, offset };
}

/** What the rows of a function are: those of a table, of its own columns, or its value. */
function relationOf({ relations }: Catalogue, routine: Routine): Relation {
  const table = routine.relation === null ? undefined : relations.get(routine.relation);
  if (table) return table;
  const columns = routine.isComposite
    ? Object.entries(routine.columns)
    : [[routine.name, { type: '', default: null }] as const];
  return {
    name: routine.name,
    columns: new Map(columns),
    key: [],
    labels: new Map(),
    computed: new Set(),
    related: new Map(),
  };
}

/** A function may set its answer's status and headers, as with PostgREST. */
export const RESPONSE = `nullif(current_setting('response.status', true), ''),
       nullif(current_setting('response.headers', true), '')`;

export interface Caller {
  role: string;
  claims: string;
}

export interface Acting {
  timeout: string | null;
  timezone: string | null;
  isReadOnly: boolean;
  method: string;
  path: string;
  /** As JSON. */
  headers: string;
}

/** Makes the transaction the caller's: his role, his claims, how long he may take. */
export function callerStatement(caller: Caller, acting: Acting): Statement {
  const { timeout, timezone, isReadOnly, method, path, headers } = acting;
  const mode = isReadOnly ? 'on' : 'off';
  return {
    name: 'caller',
    text: `select
  set_config('request.jwt.claims', $2, true),
  set_config('request.jwt.claim.sub', coalesce($2::json ->> 'sub', ''), true),
  set_config('request.jwt.claim.role', $1, true),
  set_config('request.method', $7, true),
  set_config('request.path', $5, true),
  set_config('request.headers', $6, true),
  set_config('statement_timeout', coalesce($3, current_setting('statement_timeout')), true),
  set_config('timezone', coalesce($8, current_setting('timezone')), true),
  set_config('transaction_read_only', $4, true),
  set_config('role', $1, true)`,
    values: [caller.role, caller.claims, timeout, mode, path, headers, method, timezone],
  };
}
