import { Refused } from './refusals.ts';

/**
 * Some refusals depend on how many rows there were, and what was written has to be undone by then. The
 * statement itself makes sure of it: it reads a number out of a text that is none, which tells the code
 * and the count.
 */
export type GuardCode = 'PGRST115' | 'PGRST116' | 'PGRST124';

/** @param isWrong SQL over the rows, with aggregates */
export function guard(isWrong: string, code: GuardCode): string {
  return `case when ${isWrong} then cast('refused ${code} ' || count(*) as integer) end`;
}

const REFUSED = /^invalid input syntax for type integer: "refused (PGRST\d+) (\d+)"$/;

/** What a guard meant by an error of the database; null when it was none. */
export function refusedByGuard(message: string): Refused | null {
  const [, code, count] = REFUSED.exec(message) ?? [];
  if (code === undefined) return null;
  if (code === 'PGRST116') return notSingle(Number(count));
  if (code === 'PGRST115') {
    const text = 'Payload values do not match URL in primary key column(s)';
    return new Refused(400, { code, details: null, hint: null, message: text });
  }
  const details = `The query affects ${count} rows`;
  const text = 'Query result exceeds max-affected preference constraint';
  return new Refused(400, { code, details, hint: null, message: text });
}

export function notSingle(count: number): Refused {
  return new Refused(406, {
    code: 'PGRST116',
    details: `The result contains ${count} rows`,
    hint: null,
    message: 'Cannot coerce the result to a single JSON object',
  });
}
