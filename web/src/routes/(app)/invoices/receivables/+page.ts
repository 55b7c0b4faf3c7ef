import { listReceivables } from '#lib/billing/accounts.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:invoice', 'entity:payment');
  const list = readList(url, {
    sort: '-total',
    sortable: ['name', 'total', 'over_90', 'oldest_due_on'],
    filters: ['late'],
  });
  return reading(async () => ({ receivables: await listReceivables(list) }));
}
