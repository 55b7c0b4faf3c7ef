import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';
import { listTransfers, TRANSFERS } from '#lib/warehouse/transfers.ts';

export function load({ url, depends }) {
  depends('entity:transfer');
  const list = readList(url, TRANSFERS);
  return reading(async () => ({ transfers: await listTransfers(list) }));
}
