import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';
import { listBatches } from '#lib/warehouse/batches.ts';

export function load({ url, depends }) {
  depends('entity:batch', 'entity:inventory');
  const list = readList(url, {
    sort: 'expires_on',
    sortable: ['expires_on', 'code', 'product_name', 'on_hand', 'created_at'],
    filters: ['status', 'lasts'],
  });
  return reading(async () => ({ batches: await listBatches(list) }));
}
