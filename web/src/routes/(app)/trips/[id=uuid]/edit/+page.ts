import { drivers, readTrip, stopsOf, vehicles } from '#lib/delivery/delivery.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { warehouses } from '#lib/warehouse/warehouse.ts';

export function load({ params }) {
  return reading(async () => {
    const [trip, stops, depots, vans, people] = await Promise.all([
      readTrip(params.id),
      stopsOf(params.id),
      warehouses(),
      vehicles(),
      drivers(),
    ]);
    return { trip: found(trip, 'trip'), stops, depots, vans, people };
  });
}
