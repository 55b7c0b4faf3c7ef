import { fleetVehicles } from '#lib/delivery/fleet.ts';
import { type AssetEntry, assetKinds } from '#lib/operations/assets.ts';
import { load as reading } from '#lib/platform/read.ts';
import { warehouses } from '#lib/warehouse/warehouse.ts';

export function load() {
  return reading(async () => {
    const [kinds, places, vehicles] = await Promise.all([
      assetKinds(),
      warehouses(),
      fleetVehicles(),
    ]);
    const first: AssetEntry = {
      name: '',
      kind: '',
      serial: '',
      bought: '',
      cost: null,
      warranty: '',
      vehicle: '',
      notes: '',
      place: places[0]?.id ?? '',
      holder: null,
    };
    return { kinds, places, vehicles, first };
  });
}
