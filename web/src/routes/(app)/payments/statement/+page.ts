import { listStatementLines } from '#lib/billing/billing.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:statement_line', 'entity:payment');
  const list = readList(url, {
    sort: '-posted_at',
    sortable: ['posted_at', 'amount', 'reference'],
    filters: ['matched'],
  });
  return reading(async () => ({ lines: await listStatementLines(list) }));
}
