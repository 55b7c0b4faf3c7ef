import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';
import { listSerials, SERIALS } from '#lib/warehouse/serials.ts';

export function load({ url, depends }) {
  depends('entity:inventory');
  const list = readList(url, SERIALS);
  return reading(async () => ({ serials: await listSerials(list) }));
}
