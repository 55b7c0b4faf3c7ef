import { isHttpError, error as pageError } from '@sveltejs/kit';
import { toPortalError } from '#lib/errors.ts';
import type { Database, Tables } from '#lib/database.types.ts';
import { signedOut } from './signed_out.svelte.ts';
import { untyped } from './supabase.ts';

type Query = PromiseLike<{ data: unknown; error: unknown; status: number }>;

/** What a query answers when nothing went wrong, as the client read it from its `select`. */
export type Success<Of extends Query> = Extract<Awaited<Of>, { error: null }>['data'];

/** The answer of a query, typed by its `select`. @throws PortalError */
export async function answerOf<Of extends Query>(query: Of): Promise<Success<Of>> {
  // A query is sent each time it is awaited.
  for (;;) {
    const { data, error, status } = await query;
    if (!error) return data as Success<Of>;
    const failure = toPortalError(error, status);
    if (!(await signedOut.isOver(failure))) throw failure;
  }
}

/** The rows of a query. @throws PortalError */
export async function rows<Row>(
  query: PromiseLike<{ data: Row[] | null; error: unknown; status: number }>,
): Promise<Row[]> {
  return (await answerOf(query)) ?? [];
}

/** A document that was read together with what the caller may do with it now. */
export type Offered<Document> = Document & { allowed_commands: string[] | null };

export type TableName = keyof Database['public']['Tables'];
type Field<Table extends TableName> = keyof Tables<Table> & string;

/** Where a column points to, and what is wanted of the row there. */
export interface Link<
  Column extends string = string,
  Table extends TableName = TableName,
  Wanted extends string = string,
> {
  column: Column;
  table: Table;
  fields: readonly Wanted[];
}

export function link<
  const Column extends string,
  Table extends TableName,
  const Wanted extends Field<Table>,
>(column: Column, table: Table, ...fields: Wanted[]): Link<Column, Table, Wanted> {
  return { column, table, fields };
}

/** What a link brings: the wanted fields, or null where the caller may not see the row. */
type Linked<Of> =
  Of extends Link<string, infer Table extends TableName, infer Wanted>
    ? Pick<Tables<Table>, Extract<Wanted | 'id', Field<Table>>> | null
    : never;

export type Links<Row> = Record<string, Link<keyof Row & string>>;
export type With<Row, Of extends Record<string, Link>> = Row & {
  [Name in keyof Of]: Linked<Of[Name]>;
};

/** Ids per request, so that an address never grows too long for a proxy. */
const CHUNK = 100;

function chunksOf(ids: string[]): string[][] {
  return Array.from({ length: Math.ceil(ids.length / CHUNK) }, (_, index) =>
    ids.slice(index * CHUNK, (index + 1) * CHUNK),
  );
}

/**
 * Adds to each row the rows its columns point to, under the names given. Engines disagree on how to
 * name a relationship over a composite key inside `select`, so related rows are read by id: one more
 * round trip, the same answer everywhere.
 */
export async function attach<Row extends object, Of extends Links<Row>>(
  found: readonly Row[],
  links: Of,
): Promise<With<Row, Of>[]> {
  const records = found as readonly Record<string, unknown>[];
  const looked = await Promise.all(
    Object.entries(links).map(async ([name, to]) => {
      const ids = [...new Set(records.map((row) => row[to.column]))].filter(
        (id): id is string => typeof id === 'string',
      );
      return { name, column: to.column, related: await readByIds(to, ids) };
    }),
  );
  return records.map((row) => ({
    ...row,
    ...Object.fromEntries(
      looked.map(({ name, column, related }) => [name, related.get(String(row[column])) ?? null]),
    ),
  })) as With<Row, Of>[];
}

async function readByIds(to: Link, ids: string[]): Promise<Map<string, unknown>> {
  const select = ['id', ...to.fields].join(',');
  const parts = await Promise.all(
    chunksOf(ids).map((chunk) =>
      rows(
        untyped
          .from(to.table as string)
          .select(select)
          .in('id', chunk)
          .limit(CHUNK)
          .overrideTypes<{ id: string }[], { merge: false }>(),
      ),
    ),
  );
  return new Map(parts.flat().map((row) => [row.id, row]));
}

/** Rows of a child table for many parents, however many there are. */
export async function childrenOf<Table extends TableName, const Wanted extends Field<Table>>(
  table: Table,
  column: Field<Table>,
  parents: string[],
  ...fields: Wanted[]
): Promise<Pick<Tables<Table>, Wanted>[]> {
  const parts = await Promise.all(
    chunksOf(parents).map((chunk) =>
      rows(
        untyped
          .from(table as string)
          .select(fields.join(','))
          .in(column as string, chunk)
          .limit(1000)
          .overrideTypes<Pick<Tables<Table>, Wanted>[], { merge: false }>(),
      ),
    ),
  );
  return parts.flat();
}

/** One row with what its columns point to, or null. */
export async function oneWith<
  Of extends Query,
  To extends Links<NonNullable<Success<Of>> & object>,
>(query: Of, links: To): Promise<With<NonNullable<Success<Of>> & object, To> | null> {
  const row = await answerOf(query);
  if (row === null || row === undefined) return null;
  const [full] = await attach([row as NonNullable<Success<Of>> & object], links);
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
