import { createHash } from 'node:crypto';
import pg from 'pg';
import type { Routine } from './catalogue.ts';
import type { Statement } from './transaction.ts';

const quote = pg.escapeIdentifier;

/**
 * The overload that takes exactly these arguments, as PostgREST chooses it: all that are required are
 * given, and none is given that it does not have. Null when none or several do.
 */
export function chooseRoutine(candidates: Routine[], given: string[]): Routine | null {
  const fitting = candidates.filter(({ args }) => {
    const names = new Set(args.map((arg) => arg.name));
    return (
      !names.has('') &&
      given.every((name) => names.has(name)) &&
      args.every((arg) => !arg.isRequired || given.includes(arg.name))
    );
  });
  return fitting.length === 1 ? (fitting[0] ?? null) : null;
}

/** The text of a call and the name it is prepared under. */
export type CallText = Pick<Statement, 'name' | 'text'>;

/**
 * One call, with the request's JSON as its only value. PostgreSQL reads the arguments out of it and
 * writes the answer's JSON, so that numbers, dates and row types look as PostgREST has them.
 */
export function callText(
  schema: string,
  routine: Routine,
  given: string[],
  maxRows: number,
): CallText {
  const args = routine.args.filter((arg) => given.includes(arg.name));
  const columns = args.map(({ name, type }) => `${quote(name)} ${type}`).join(', ');
  const named = args.map(({ name }) => `${quote(name)} => args.${quote(name)}`).join(', ');
  const source =
    args.length > 0
      ? `json_to_record($1::json) as args (${columns}), lateral ${quote(schema)}.${quote(routine.name)}(${named})`
      : `(select $1::json) as body, lateral ${quote(schema)}.${quote(routine.name)}()`;
  const value = routine.isComposite ? 'result' : 'result.value';
  const alias = routine.isComposite ? 'result' : 'result (value)';
  const text = routine.isSet
    ? `select coalesce(json_agg(${value}), '[]')::text, count(*)::text, ${RESPONSE}
       from (select result.* from ${source} as ${alias} limit ${maxRows}) as result`
    : `select ${routine.isVoid ? 'null' : `to_json(${value})::text`}, '1', ${RESPONSE}
       from ${source} as ${alias}`;
  // PostgreSQL tells prepared statements apart by the first 63 characters only.
  return { name: createHash('sha256').update(text).digest('hex').slice(0, 32), text };
}

/** A function may set its answer's status and headers, as with PostgREST. */
const RESPONSE = `nullif(current_setting('response.status', true), ''),
       nullif(current_setting('response.headers', true), '')`;

export interface Caller {
  role: string;
  claims: string;
}

/** Makes the transaction the caller's: his role, his claims, how long he may take. */
export function callerStatement(
  caller: Caller,
  timeout: string | null,
  isReadOnly: boolean,
  method: string,
  path: string,
  headers: string,
): Statement {
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
  set_config('transaction_read_only', $4, true),
  set_config('role', $1, true)`,
    values: [caller.role, caller.claims, timeout, isReadOnly ? 'on' : 'off', path, headers, method],
  };
}
