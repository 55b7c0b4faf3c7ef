import { drivers, readTrip, vehicles } from '#lib/delivery/delivery.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { warehouses } from '#lib/warehouse/warehouse.ts';
import { noun } from '#lib/platform/label.ts';

export function load({ params }) {
  return reading(async () => {
    const [trip, depots, vans, people] = await Promise.all([
      readTrip(params.id),
      warehouses(),
      vehicles(),
      drivers(),
    ]);
    return { trip: found(trip, noun('trip')), depots, vans, people };
  });
}
