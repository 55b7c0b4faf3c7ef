import { isHttpError, error as pageError } from '@sveltejs/kit';
import { toPortalError } from '#lib/errors.ts';
import type { Json } from '#lib/database.types.ts';
import { signedOut } from './signed_out.svelte.ts';
import { m } from '#lib/words.ts';

type Query = PromiseLike<{ data: unknown; error: unknown; status: number }>;

/** What a query answers when nothing went wrong, as the client read it from its `select`. */
export type Success<Of extends Query> = Answer<Extract<Awaited<Of>, { error: null }>['data']>;
type Answer<Data> = Json extends Data
  ? Data
  : Data extends (infer Item)[]
    ? Seen<Item>[]
    : Data extends object
      ? Seen<Data>
      : Data;

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

/** A query that answers rows. */
export type RowsOf<Row> = PromiseLike<{ data: Row[] | null; error: unknown; status: number }>;

/** What lists of every kind do with a query; supabase's own type of it depends on what is selected. */
export interface Listed<Row> extends RowsOf<Row> {
  in(column: string, values: readonly string[]): Listed<Row>;
  order(column: string, options?: { ascending: boolean }): Listed<Row>;
  range(from: number, to: number): Listed<Row>;
  limit(most: number): Listed<Row>;
}

/** The rows of a query. @throws PortalError */
export async function rows<Row>(query: RowsOf<Row>): Promise<Seen<Row>[]> {
  return ((await answerOf(query)) as Seen<Row>[] | null) ?? [];
}

/**
 * What a query answers: a row that its columns lead to may be hidden from the reader, whatever the key
 * says, so every embedded row may be null.
 */
export type Seen<Row> = { [Column in keyof Row]: SeenValue<Row[Column]> };
type SeenValue<Value> = Json extends Value
  ? Value
  : Value extends (infer Item)[]
    ? Seen<Item>[]
    : Value extends object
      ? Seen<Value> | null
      : Value;

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
    message: m.there_is_no_such_noun({ noun }),
    hint: m.it_may_belong_to_another_company_or(),
    key: 'not_found',
  });
}
