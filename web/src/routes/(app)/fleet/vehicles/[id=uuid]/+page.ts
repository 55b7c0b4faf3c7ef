import { assetOfVehicle, checksOf } from '#lib/delivery/checks.ts';
import { places, readVehicle, tripsWith } from '#lib/delivery/fleet.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { noun } from '#lib/platform/label.ts';
import { KEPT_WITH, keptWith } from '#lib/records/record.ts';

export function load({ params, depends, parent }) {
  depends('entity:vehicle', 'entity:trip', 'entity:asset', ...KEPT_WITH);
  return reading(async () => {
    await parent();
    const vehicle = found(await readVehicle(params.id), noun('vehicle'));
    const [trips, kept, depots, checks, asset] = await Promise.all([
      tripsWith('vehicle_id', vehicle.id),
      keptWith('vehicle', vehicle.id),
      places(),
      checksOf('vehicle_id', vehicle.id, true),
      assetOfVehicle(vehicle.id),
    ]);
    return { vehicle, trips, depots, checks, asset, ...kept };
  });
}
