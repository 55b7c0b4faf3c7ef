import { listStatementLines, STATEMENT_LINES, statementSources } from '#lib/billing/statements.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:statement_line', 'entity:payment');
  const list = readList(url, STATEMENT_LINES);
  return reading(async () => {
    const [lines, sources] = await Promise.all([listStatementLines(list), statementSources()]);
    return { lines, sources };
  });
}
