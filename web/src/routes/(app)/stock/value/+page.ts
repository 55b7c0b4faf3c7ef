import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';
import { listValues, VALUES } from '#lib/warehouse/values.ts';

export function load({ url, depends }) {
  depends('entity:inventory');
  const list = readList(url, VALUES);
  return reading(async () => ({ values: await listValues(list) }));
}
