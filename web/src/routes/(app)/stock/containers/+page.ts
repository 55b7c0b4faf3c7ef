import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';
import { HOLDINGS, listHoldings } from '#lib/warehouse/containers.ts';

export function load({ url, depends }) {
  depends('entity:container_write_off');
  depends('entity:container_confirmation');
  depends('entity:inventory');
  const list = readList(url, HOLDINGS);
  return reading(async () => ({ holdings: await listHoldings(list) }));
}
