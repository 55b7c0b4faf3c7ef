import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';
import { BATCHES, listBatches } from '#lib/warehouse/batches.ts';

export function load({ url, depends }) {
  depends('entity:batch', 'entity:inventory');
  const list = readList(url, BATCHES);
  return reading(async () => ({ batches: await listBatches(list) }));
}
