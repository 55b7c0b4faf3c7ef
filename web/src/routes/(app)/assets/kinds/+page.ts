import { allAssetKinds } from '#lib/operations/assets.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ depends }) {
  depends('entity:asset_kind');
  return reading(async () => ({ kinds: await allAssetKinds() }));
}
