import { ASSETS, listAssets } from '#lib/operations/assets.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:asset');
  const list = readList(url, ASSETS);
  return reading(async () => ({ assets: await listAssets(list) }));
}
