import { depotInNeed, drivers, vehicles } from '#lib/delivery/delivery.ts';
import { readOrder } from '#lib/orders/orders.ts';
import { load as reading } from '#lib/platform/read.ts';
import { warehouses } from '#lib/warehouse/warehouse.ts';

export function load({ url }) {
  const wanted = new URLSearchParams(url.search).get('order');
  return reading(async () => {
    const [depots, vans, people, order, inNeed] = await Promise.all([
      warehouses(),
      vehicles(),
      drivers(),
      wanted ? readOrder(wanted) : null,
      depotInNeed(),
    ]);
    return {
      depots,
      vans,
      people,
      depotId: order?.warehouse_id ?? inNeed,
      chosenIds: order ? [order.id] : [],
    };
  });
}
