import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';
import { listMovements, MOVEMENTS } from '#lib/warehouse/warehouse.ts';

export function load({ url, depends }) {
  depends('entity:inventory');
  const list = readList(url, MOVEMENTS);
  return reading(async () => ({ movements: await listMovements(list) }));
}
