import { places, readVehicle, tripsWith } from '#lib/delivery/fleet.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { noun } from '#lib/platform/label.ts';
import { KEPT_WITH, keptWith } from '#lib/records/record.ts';

export function load({ params, depends, parent }) {
  depends('entity:vehicle', 'entity:trip', ...KEPT_WITH);
  return reading(async () => {
    await parent();
    const vehicle = found(await readVehicle(params.id), noun('vehicle'));
    const [trips, kept, depots] = await Promise.all([
      tripsWith('vehicle_id', vehicle.id),
      keptWith('vehicle', vehicle.id),
      places(),
    ]);
    return { vehicle, trips, depots, ...kept };
  });
}
