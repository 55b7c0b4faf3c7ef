import { error as pageError } from '@sveltejs/kit';
import { toPortalError } from '#lib/errors.ts';

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

/** Runs the reading part of a `load` and hands failures to the error page. */
export async function load<Result>(read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (cause) {
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
