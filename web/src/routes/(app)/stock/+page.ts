import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';
import { listStock, STOCK } from '#lib/warehouse/warehouse.ts';

export function load({ url, depends }) {
  depends('entity:inventory');
  const list = readList(url, STOCK);
  return reading(async () => ({ stock: await listStock(list) }));
}
