import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';
import { listWriteOffs, WRITE_OFFS } from '#lib/warehouse/containers.ts';

export function load({ url, depends }) {
  depends('entity:container_write_off');
  const list = readList(url, WRITE_OFFS);
  return reading(async () => ({ writeOffs: await listWriteOffs(list) }));
}
