import type { Part } from './query.ts';
import { Refused } from './refusals.ts';

/** The rows from the first to the last, both counted from 0 and included. */
export interface Range {
  first: number;
  last: number;
}

const HEADER = /^(\d{1,9})-(\d{0,9})$/;

/** What a `Range` header asks for; anything that is none asks for everything. */
export function readRange(header: string | undefined): Range {
  const [, first, last = ''] = HEADER.exec(header ?? '') ?? [];
  if (first === undefined) return { first: 0, last: Infinity };
  const range = { first: Number(first), last: last === '' ? Infinity : Number(last) };
  if (range.first > range.last) {
    throw unsatisfiable(
      'The lower boundary must be lower than or equal to the upper boundary in the Range header.',
    );
  }
  return range;
}

/** The rows that both the header and the query ask for, no more than `maxRows`. */
export function intersect(range: Range, { limit, offset }: Part, maxRows: number) {
  const first = Math.max(range.first, offset);
  if (limit === 0) return { limit: 0, offset: first };
  const last = Math.min(range.last, limit === null ? Infinity : offset + limit - 1);
  if (first > last) throw unsatisfiable('Limit should be greater than or equal to zero.');
  return { limit: Math.min(last - first + 1, maxRows), offset: first };
}

export function unsatisfiable(details: string): Refused {
  const message = 'Requested range not satisfiable';
  return new Refused(416, { code: 'PGRST103', details, hint: null, message });
}
