import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';
import { listTransfers } from '#lib/warehouse/transfers.ts';
import { warehouses } from '#lib/warehouse/warehouse.ts';

export function load({ url, depends }) {
  depends('entity:transfer');
  const list = readList(url, {
    sort: '-created_at',
    sortable: ['created_at', 'number', 'status'],
    filters: ['status', 'warehouse'],
  });
  return reading(async () => {
    const [transfers, places] = await Promise.all([listTransfers(list), warehouses()]);
    return { transfers, places };
  });
}
