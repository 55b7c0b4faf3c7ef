import { listOrders, ORDERS } from '#lib/orders/orders.ts';
import { keptFirst } from '#lib/platform/kept.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export async function load({ url, depends, parent }) {
  // Whose copy it is is known once the layout has read the session.
  await parent();
  const name = `orders ${url.search}`;
  depends('entity:order', `kept:${name}`);
  const list = readList(url, ORDERS);
  return reading(() => keptFirst(name, async () => ({ orders: await listOrders(list) })));
}
