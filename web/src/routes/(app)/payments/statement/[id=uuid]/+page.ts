import { candidatesFor, readStatementLine } from '#lib/billing/statements.ts';
import { recordLoad } from '#lib/records/record.ts';

export const load = recordLoad('statement_line', readStatementLine, {
  with: ['payment', 'invoice'],
  more: async (line) => ({
    candidates: line.status === 'open' ? await candidatesFor(line.id) : [],
  }),
});
