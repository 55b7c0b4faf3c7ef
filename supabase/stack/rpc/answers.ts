import pg from 'pg';
import { errorCode } from '../errors.ts';
import { unsatisfiable } from './range.ts';
import { Refused, statusOf } from './refusals.ts';
import type { Row } from './transaction.ts';

/** An answer in the form of PostgREST. */
export interface RpcAnswer {
  status: number;
  headers: Record<string, string>;
  body: string | null;
}

const JSON_TYPE = 'application/json; charset=utf-8';
export const SINGLE_TYPE = 'application/vnd.pgrst.object+json';

/** The value of a function. */
export function valueAnswer(row: Row, isVoid: boolean): RpcAnswer {
  const [body = null, count = '0', status, ownHeaders] = row;
  const range = count === '0' ? '*/*' : `0-${Number(count) - 1}/*`;
  const headers: Record<string, string> = { 'content-range': range };
  if (!isVoid) headers['content-type'] = JSON_TYPE;
  for (const entry of ownHeaders ? (JSON.parse(ownHeaders) as object[]) : []) {
    for (const [name, value] of Object.entries(entry)) headers[name.toLowerCase()] = String(value);
  }
  return {
    status: status ? Number(status) : isVoid ? 204 : 200,
    headers,
    body: isVoid ? null : (body ?? 'null'),
  };
}

export interface PageFacts {
  name: string;
  query: URLSearchParams;
  offset: number;
  isSingle: boolean;
}

/** A page of a list, or its only row. */
export function pageAnswer(row: Row, { name, query, offset, isSingle }: PageFacts): RpcAnswer {
  const [body = null, count = '0', total = null] = row;
  const given = Number(count);
  if (total !== null && offset > Number(total)) {
    throw unsatisfiable(`An offset of ${offset} was requested, but there are only ${total} rows.`);
  }
  if (isSingle && given !== 1) {
    throw new Refused(406, {
      code: 'PGRST116',
      details: `The result contains ${given} rows`,
      hint: null,
      message: 'Cannot coerce the result to a single JSON object',
    });
  }
  const range = given === 0 ? '*' : `${offset}-${offset + given - 1}`;
  const sorted = new URLSearchParams(query);
  sorted.sort();
  const search = sorted.toString();
  return {
    status: total !== null && given < Number(total) ? 206 : 200,
    headers: {
      'content-type': isSingle ? `${SINGLE_TYPE}; charset=utf-8` : JSON_TYPE,
      'content-range': `${range}/${total ?? '*'}`,
      'content-location': `/${name}${search === '' ? '' : `?${search}`}`,
      ...(total === null ? {} : { 'preference-applied': 'count=exact' }),
    },
    body,
  };
}

export function refusalAnswer(error: unknown, isSignedIn: boolean): RpcAnswer {
  if (error instanceof Refused) return toAnswer(error.status, error.body, error.headers);
  const code = errorCode(error);
  if (!(error instanceof pg.DatabaseError) || code === undefined) {
    const message = 'Database connection error. Retrying the connection.';
    return toAnswer(503, { code: 'PGRST000', details: null, hint: null, message });
  }
  if (code === '57014') {
    // PostgREST says 500; but it is the caller who asked for more than his share of time.
    const message = 'This took longer than a request may take.';
    const next = 'Ask for less at once, or try again in a few seconds.';
    const body = { code, details: null, hint: next, message };
    return toAnswer(429, body, { 'retry-after': '5' });
  }
  const { message, detail = null, hint = null } = error;
  return toAnswer(statusOf(code, isSignedIn), { code, details: detail, hint, message });
}

function toAnswer(status: number, body: object, more: Record<string, string> = {}): RpcAnswer {
  const headers: Record<string, string> = { 'content-type': JSON_TYPE, ...more };
  if (status === 401) headers['www-authenticate'] = 'Bearer';
  return { status, headers, body: JSON.stringify(body) };
}
