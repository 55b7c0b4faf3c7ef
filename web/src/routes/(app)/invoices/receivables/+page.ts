import { listReceivables, RECEIVABLES } from '#lib/billing/accounts.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:invoice', 'entity:payment');
  const list = readList(url, RECEIVABLES);
  return reading(async () => ({ receivables: await listReceivables(list) }));
}
