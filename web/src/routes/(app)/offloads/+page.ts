import { listOffloads } from '#lib/delivery/delivery.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:offload');
  const list = readList(url, {
    sort: '-created_at',
    sortable: ['created_at', 'number', 'status'],
    filters: ['status', 'customer'],
  });
  return reading(async () => ({ offloads: await listOffloads(list) }));
}
