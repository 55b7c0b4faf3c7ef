import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';
import { listStock, warehouses } from '#lib/warehouse/warehouse.ts';

export function load({ url, depends }) {
  depends('entity:inventory');
  const list = readList(url, {
    sort: '-on_hand',
    sortable: ['on_hand', 'reserved', 'available', 'updated_at'],
    filters: ['warehouse', 'condition', 'level'],
  });
  return reading(async () => {
    const [stock, places] = await Promise.all([
      listStock(list),
      warehouses(['depot', 'shop', 'van']),
    ]);
    return { stock, places };
  });
}
