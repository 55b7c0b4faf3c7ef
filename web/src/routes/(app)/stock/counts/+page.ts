import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';
import { COUNTS, listCounts } from '#lib/warehouse/counts.ts';

export function load({ url, depends }) {
  depends('entity:stock_count');
  const list = readList(url, COUNTS);
  return reading(async () => ({ counts: await listCounts(list) }));
}
