import { listOrders } from '#lib/orders/orders.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';
import { warehouses } from '#lib/warehouse/warehouse.ts';

export function load({ url, depends }) {
  depends('entity:order');
  const list = readList(url, {
    sort: '-created_at',
    sortable: ['created_at', 'number', 'status', 'total', 'requested_on'],
    filters: ['status', 'customer', 'warehouse', 'hold', 'from', 'to'],
  });
  return reading(async () => {
    const [orders, places] = await Promise.all([listOrders(list), warehouses()]);
    return { orders, places };
  });
}
