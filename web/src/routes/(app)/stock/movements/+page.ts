import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';
import { listMovements, warehouses } from '#lib/warehouse/warehouse.ts';

export function load({ url, depends }) {
  depends('entity:inventory');
  const list = readList(url, {
    sort: '-occurred_at',
    sortable: ['occurred_at'],
    filters: ['warehouse', 'kind'],
  });
  return reading(async () => {
    const [movements, places] = await Promise.all([
      listMovements(list),
      warehouses(['depot', 'shop', 'van']),
    ]);
    return { movements, places };
  });
}
