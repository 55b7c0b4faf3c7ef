import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';
import { listRefills, REFILLS } from '#lib/warehouse/refills.ts';

export function load({ url, depends }) {
  depends('entity:refill');
  const list = readList(url, REFILLS);
  return reading(async () => ({ refills: await listRefills(list) }));
}
