import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';
import { listKittings, KITTINGS } from '#lib/warehouse/kittings.ts';

export function load({ url, depends }) {
  depends('entity:kitting');
  const list = readList(url, KITTINGS);
  return reading(async () => ({ kittings: await listKittings(list) }));
}
