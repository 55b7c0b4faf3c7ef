import { fleetVehicles } from '#lib/delivery/fleet.ts';
import { assetKinds, readAsset } from '#lib/operations/assets.ts';
import { noun } from '#lib/platform/label.ts';
import { found, load as reading } from '#lib/platform/read.ts';

export function load({ params, depends }) {
  depends('entity:asset');
  return reading(async () => {
    const [asset, kinds, vehicles] = await Promise.all([
      readAsset(params.id),
      assetKinds(),
      fleetVehicles(),
    ]);
    return { asset: found(asset, noun('asset')), kinds, vehicles };
  });
}
