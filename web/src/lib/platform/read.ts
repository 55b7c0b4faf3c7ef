import { isHttpError, error as pageError } from '@sveltejs/kit';
import { toPortalError } from '#lib/errors.ts';
import { supabase } from './supabase.ts';

interface Answer {
  data: unknown;
  error: unknown;
  status: number;
}

/** The rows of a query, typed by the caller. @throws PortalError */
export async function rows<Row>(query: PromiseLike<Answer>): Promise<Row[]> {
  const { data, error, status } = await query;
  if (error) throw toPortalError(error, status);
  return (data ?? []) as Row[];
}

/** The one row of a query, or null. @throws PortalError */
export async function one<Row>(query: PromiseLike<Answer>): Promise<Row | null> {
  const { data, error, status } = await query;
  if (error) throw toPortalError(error, status);
  return (data ?? null) as Row | null;
}

/** Where a column points to, and what is wanted of the row there. */
export interface Link {
  column: string;
  table: string;
  select: string;
}

/** Ids per request, so that an address never grows too long for a proxy. */
const CHUNK = 100;

/**
 * Adds to each row the rows its columns point to, under the names given. Engines disagree on how to
 * name a relationship over a composite key inside `select`, so related rows are read by id: one more
 * round trip, the same answer everywhere. A row that the caller may not see becomes null.
 */
export async function attach<Row>(
  found: readonly unknown[],
  links: Record<string, Link>,
): Promise<Row[]> {
  const records = found as Record<string, unknown>[];
  const looked = await Promise.all(
    Object.entries(links).map(async ([name, link]) => {
      const ids = [...new Set(records.map((row) => row[link.column]))].filter(
        (id): id is string => typeof id === 'string',
      );
      return { name, column: link.column, related: await readByIds(link, ids) };
    }),
  );
  return records.map((row) => ({
    ...row,
    ...Object.fromEntries(
      looked.map(({ name, column, related }) => [name, related.get(String(row[column])) ?? null]),
    ),
  })) as Row[];
}

async function readByIds(link: Link, ids: string[]): Promise<Map<string, unknown>> {
  const chunks = Array.from({ length: Math.ceil(ids.length / CHUNK) }, (_, index) =>
    ids.slice(index * CHUNK, (index + 1) * CHUNK),
  );
  const parts = await Promise.all(
    chunks.map((chunk) =>
      rows<{ id: string }>(
        supabase.from(link.table).select(`id,${link.select}`).in('id', chunk).limit(CHUNK),
      ),
    ),
  );
  return new Map(parts.flat().map((row) => [row.id, row]));
}

/** Rows of a child table for many parents, however many there are. */
export async function childrenOf<Row>(
  table: string,
  select: string,
  column: string,
  parents: string[],
): Promise<Row[]> {
  const chunks = Array.from({ length: Math.ceil(parents.length / CHUNK) }, (_, index) =>
    parents.slice(index * CHUNK, (index + 1) * CHUNK),
  );
  const parts = await Promise.all(
    chunks.map((chunk) =>
      rows<Row>(supabase.from(table).select(select).in(column, chunk).limit(1000)),
    ),
  );
  return parts.flat();
}

/** One row with what its columns point to, or null. */
export async function oneWith<Row>(
  query: PromiseLike<Answer>,
  links: Record<string, Link>,
): Promise<Row | null> {
  const row = await one(query);
  if (row === null) return null;
  const [full] = await attach<Row>([row], links);
  return full ?? null;
}

/** Runs the reading part of a `load` and hands failures to the error page. */
export async function load<Result>(read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (cause) {
    // Already an answer of ours, such as `found` gives for a record that is not there.
    if (isHttpError(cause)) throw cause;
    const failure = toPortalError(cause);
    pageError(failure.status >= 400 && failure.status < 600 ? failure.status : 503, {
      message: failure.message,
      hint: failure.hint,
      key: failure.key,
    });
  }
}

/** The row, or the page "not found": another tenant's id answers exactly like an unknown one. */
export function found<Row>(row: Row | null | undefined, noun: string): Row {
  if (row) return row;
  pageError(404, {
    message: `There is no such ${noun}.`,
    hint: 'It may belong to another company, or the link may be incomplete.',
    key: 'not_found',
  });
}
