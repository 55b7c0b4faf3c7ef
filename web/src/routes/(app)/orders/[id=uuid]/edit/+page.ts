import { readOrder } from '#lib/orders/orders.ts';
import { readCustomer } from '#lib/parties/parties.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { warehouses } from '#lib/warehouse/warehouse.ts';
import { noun } from '#lib/platform/label.ts';

export function load({ params }) {
  return reading(async () => {
    const [order, depots] = await Promise.all([readOrder(params.id), warehouses()]);
    const known = found(order, noun('order'));
    return { order: known, depots, customer: await readCustomer(known.customer_id) };
  });
}
