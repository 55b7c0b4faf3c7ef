import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';
import { listAdjustments } from '#lib/warehouse/warehouse.ts';

export function load({ url, depends }) {
  depends('entity:adjustment');
  const list = readList(url, {
    sort: '-created_at',
    sortable: ['created_at', 'number', 'status'],
    filters: ['status'],
  });
  return reading(async () => ({ adjustments: await listAdjustments(list) }));
}
