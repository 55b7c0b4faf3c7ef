/**
 * The states in which nearly all records of a table end. Their column `is_done` says the same, and the
 * indexes for all other states know it: who asks for those asks for it, too (docs/decisions/0013).
 */
export const DONE: Record<string, readonly string[]> = {
  orders: ['delivered'],
  trips: ['completed'],
  invoices: ['paid'],
  payments: ['approved', 'reconciled', 'rejected', 'cancelled'],
};

interface Filterable {
  in(column: string, values: readonly string[]): Filterable;
  is(column: string, value: boolean): Filterable;
}

/** Limits a query of a table to records in these states, in the words that its indexes understand. */
export function inStates<Query>(query: Query, table: string, states: readonly string[]): Query {
  const filtered = (query as Filterable).in('status', states);
  const done = DONE[table];
  if (done === undefined) return filtered as Query;
  const ended = states.filter((state) => done.includes(state)).length;
  if (ended === 0) return filtered.is('is_done', false) as Query;
  return (ended === states.length ? filtered.is('is_done', true) : filtered) as Query;
}
