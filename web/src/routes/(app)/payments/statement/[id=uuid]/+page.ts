import { candidatesFor, readStatementLine } from '#lib/billing/statements.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { historyOf, nameOf, namesOf } from '#lib/workflow/workflow.ts';

export function load({ params, depends }) {
  depends('entity:statement_line', 'entity:payment', 'entity:invoice');
  return reading(async () => {
    const [line, history] = await Promise.all([readStatementLine(params.id), historyOf(params.id)]);
    const known = found(line, 'statement line');
    const [names, candidates] = await Promise.all([
      namesOf([known.created_by]),
      known.status === 'open' ? candidatesFor(known.id) : [],
    ]);
    return { line: known, history, candidates, createdBy: nameOf(names, known.created_by) };
  });
}
