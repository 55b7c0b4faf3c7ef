import { fleetDrivers, fleetVehicles, places } from '#lib/delivery/fleet.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ depends }) {
  depends('entity:vehicle', 'entity:driver', 'entity:warehouse');
  return reading(async () => {
    const [vehicles, drivers, depots] = await Promise.all([
      fleetVehicles(),
      fleetDrivers(),
      places(),
    ]);
    return { vehicles, drivers, depots };
  });
}
