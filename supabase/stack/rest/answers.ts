import pg from 'pg';
import { errorCode } from '../errors.ts';
import type { Form } from './form.ts';
import { notSingle, refusedByGuard } from './guard.ts';
import { appliedHeader, type Preferences } from './preferences.ts';
import { unsatisfiable } from './range.ts';
import { Refused, statusOf } from './refusals.ts';
import type { Row } from './transaction.ts';
import type { WriteMethod } from './write.ts';

/** An answer in the form of PostgREST. */
export interface RestAnswer {
  status: number;
  headers: Record<string, string>;
  body: string | null;
}

export interface Facts {
  form: Form;
  preferences: Preferences;
  /** The schema of what was asked for. */
  schema: string;
}

/** What came of a function. */
export function callAnswer(
  row: Row,
  {
    offset,
    isVoid,
    isHead,
    ...facts
  }: Facts & { offset: number; isVoid: boolean; isHead: boolean },
): RestAnswer {
  const [body = null, count = '0', total = null, status = null, ownHeaders = null] = row;
  const { preferences, form } = facts;
  refuseBeyond(offset, total);
  const answer: RestAnswer = {
    status: isVoid ? 204 : statusOfPage(Number(count), total),
    headers: {
      'content-range': rangeOf(offset, Number(count), total),
      ...(isVoid ? {} : typeHeaders(facts)),
      ...appliedHeader(preferences, ['count', 'handling', 'timezone', 'max-affected']),
    },
    body: isVoid || isHead ? null : (body ?? (form.shape === 'csv' ? '' : 'null')),
  };
  return withOwn(answer, status, ownHeaders);
}

/** A page of a list, or its only row. */
export function pageAnswer(
  row: Row,
  facts: Facts & { name: string; query: URLSearchParams; offset: number },
): RestAnswer {
  const [body = null, count = '0', total = null] = row;
  const { name, query, offset, form, preferences } = facts;
  const given = Number(count);
  refuseBeyond(offset, total);
  if (form.shape === 'row' && given !== 1) throw notSingle(given);
  const sorted = new URLSearchParams(query);
  sorted.sort();
  const search = sorted.toString();
  return {
    status: statusOfPage(given, total),
    headers: {
      ...typeHeaders(facts),
      'content-range': rangeOf(offset, given, total),
      'content-location': `/${name}${search === '' ? '' : `?${search}`}`,
      ...appliedHeader(preferences, ['count', 'handling', 'timezone']),
    },
    body,
  };
}

const APPLIED: Record<WriteMethod, (keyof Preferences)[]> = {
  POST: ['resolution', 'missing', 'return', 'count', 'handling', 'timezone'],
  PUT: ['return', 'count', 'handling', 'timezone'],
  PATCH: ['missing', 'return', 'count', 'handling', 'timezone', 'max-affected'],
  DELETE: ['return', 'count', 'handling', 'timezone', 'max-affected'],
};

/** What came of a change of a table. */
export function writeAnswer(
  row: Row,
  facts: Facts & { name: string; method: WriteMethod; hasKey: boolean },
): RestAnswer {
  const [body = null, count = '0', , status = null, ownHeaders = null, merged, location] = row;
  const { preferences, method, name, hasKey } = facts;
  const written = Number(count);
  const isNew = written > Number(merged ?? 0);
  const isAnswered = preferences.return === 'representation';
  const isMerged = method === 'PUT' || preferences.resolution === 'merge-duplicates';
  const made = isMerged && !isNew ? 200 : 201;
  const done = isAnswered ? 200 : 204;
  const total = preferences.count === null ? '*' : count;
  const range = method === 'PATCH' && written > 0 ? `0-${written - 1}` : '*';
  const applied = APPLIED[method].filter((it) => it !== 'resolution' || hasKey);
  const answer: RestAnswer = {
    status: method === 'POST' || (method === 'PUT' && isAnswered) ? made : done,
    headers: {
      ...(method === 'PUT' ? {} : { 'content-range': `${range}/${total}` }),
      ...(isAnswered ? typeHeaders(facts) : {}),
      ...(location && written === 1 ? { location: `/${name}?${addressOf(location)}` } : {}),
      ...appliedHeader(preferences, applied),
    },
    body: isAnswered ? body : null,
  };
  return withOwn(answer, status, ownHeaders);
}

/** The query that finds a row by its key, of which the names and values are given as JSON. */
function addressOf(key: string): string {
  const pairs = JSON.parse(key) as [string, string | null][];
  const query = pairs.map(([name, value]) => [name, value === null ? 'is.null' : `eq.${value}`]);
  return new URLSearchParams(query).toString();
}

function typeHeaders({ form, schema }: Facts): Record<string, string> {
  return { 'content-type': `${form.type}; charset=utf-8`, 'content-profile': schema };
}

function rangeOf(offset: number, count: number, total: string | null): string {
  return `${count === 0 ? '*' : `${offset}-${offset + count - 1}`}/${total ?? '*'}`;
}

function statusOfPage(count: number, total: string | null): number {
  return total !== null && count < Number(total) ? 206 : 200;
}

function refuseBeyond(offset: number, total: string | null): void {
  if (total === null || offset <= Number(total)) return;
  throw unsatisfiable(`An offset of ${offset} was requested, but there are only ${total} rows.`);
}

/** What a function or a trigger has said about the answer comes before what we say. */
function withOwn(answer: RestAnswer, status: string | null, headers: string | null): RestAnswer {
  for (const entry of headers ? (JSON.parse(headers) as object[]) : []) {
    for (const [name, value] of Object.entries(entry)) {
      answer.headers[name.toLowerCase()] = String(value);
    }
  }
  return status ? { ...answer, status: Number(status) } : answer;
}

export function refusalAnswer(error: unknown, isSignedIn: boolean): RestAnswer {
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
  const refused = code === '22P02' ? refusedByGuard(message) : null;
  if (refused) return toAnswer(refused.status, refused.body);
  return toAnswer(statusOf(code, isSignedIn), { code, details: detail, hint, message });
}

function toAnswer(status: number, body: object, more: Record<string, string> = {}): RestAnswer {
  const headers: Record<string, string> = {
    'content-type': 'application/json; charset=utf-8',
    ...more,
  };
  if (status === 401) headers['www-authenticate'] = 'Bearer';
  return { status, headers, body: JSON.stringify(body) };
}
