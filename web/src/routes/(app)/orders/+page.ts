import { listOrders } from '#lib/orders/orders.ts';
import { keptFirst } from '#lib/platform/kept.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';
import { warehouses } from '#lib/warehouse/warehouse.ts';

export async function load({ url, depends, parent }) {
  // Whose copy it is is known once the layout has read the session.
  await parent();
  const name = `orders ${url.search}`;
  depends('entity:order', `kept:${name}`);
  const list = readList(url, {
    sort: '-created_at',
    sortable: ['created_at', 'number', 'status', 'total', 'requested_on'],
    filters: ['status', 'customer', 'warehouse', 'hold', 'from', 'to'],
  });
  return reading(() =>
    keptFirst(name, async () => {
      const [orders, places] = await Promise.all([listOrders(list), warehouses()]);
      return { orders, places };
    }),
  );
}
