import { depotInNeed, vehicles } from '#lib/delivery/delivery.ts';
import { load as reading } from '#lib/platform/read.ts';
import { warehouses } from '#lib/warehouse/warehouse.ts';

export function load() {
  return reading(async () => {
    const [depots, vans, inNeed] = await Promise.all([warehouses(), vehicles(), depotInNeed()]);
    return { depots, vans, depotId: inNeed };
  });
}
