import { readOrder } from '#lib/orders/orders.ts';
import { readCustomer } from '#lib/parties/parties.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { warehouses } from '#lib/warehouse/warehouse.ts';

export function load({ params }) {
  return reading(async () => {
    const [order, depots] = await Promise.all([readOrder(params.id), warehouses()]);
    const known = found(order, 'order');
    return { order: known, depots, customer: await readCustomer(known.customer_id) };
  });
}
