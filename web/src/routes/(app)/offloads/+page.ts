import { listOffloads, OFFLOADS } from '#lib/delivery/delivery.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:offload');
  const list = readList(url, OFFLOADS);
  return reading(async () => ({ offloads: await listOffloads(list) }));
}
