import { listPurchases, PURCHASES } from '#lib/operations/purchases.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:purchase_order');
  const list = readList(url, PURCHASES);
  return reading(async () => ({ purchases: await listPurchases(list) }));
}
