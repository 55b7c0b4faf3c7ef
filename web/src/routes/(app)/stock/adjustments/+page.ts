import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';
import { ADJUSTMENTS, listAdjustments } from '#lib/warehouse/warehouse.ts';

export function load({ url, depends }) {
  depends('entity:adjustment');
  const list = readList(url, ADJUSTMENTS);
  return reading(async () => ({ adjustments: await listAdjustments(list) }));
}
