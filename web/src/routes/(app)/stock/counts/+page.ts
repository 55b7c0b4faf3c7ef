import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';
import { listCounts } from '#lib/warehouse/counts.ts';
import { warehouses } from '#lib/warehouse/warehouse.ts';

export function load({ url, depends }) {
  depends('entity:stock_count');
  const list = readList(url, {
    sort: '-created_at',
    sortable: ['created_at', 'number', 'status'],
    filters: ['status', 'warehouse'],
  });
  return reading(async () => {
    const [counts, places] = await Promise.all([listCounts(list), warehouses()]);
    return { counts, places };
  });
}
