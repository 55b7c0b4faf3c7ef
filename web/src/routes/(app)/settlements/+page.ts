import { listSettlements } from '#lib/billing/settlements.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:settlement');
  const list = readList(url, {
    sort: '-created_at',
    sortable: ['created_at', 'number', 'status', 'difference'],
    filters: ['status', 'customer'],
  });
  return reading(async () => ({ settlements: await listSettlements(list) }));
}
