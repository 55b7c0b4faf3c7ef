import { listVariances, VARIANCES } from '#lib/delivery/delivery.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:variance');
  const list = readList(url, VARIANCES);
  return reading(async () => ({ variances: await listVariances(list) }));
}
