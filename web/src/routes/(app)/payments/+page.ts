import { listPayments } from '#lib/billing/billing.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:payment');
  const list = readList(url, {
    sort: '-created_at',
    sortable: ['created_at', 'received_at', 'number', 'status', 'amount'],
    filters: ['status', 'method', 'customer'],
  });
  return reading(async () => ({ payments: await listPayments(list) }));
}
