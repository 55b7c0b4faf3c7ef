import { readOrder } from '#lib/orders/orders.ts';
import { returnableLines } from '#lib/billing/returns.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { warehouses } from '#lib/warehouse/warehouse.ts';
import { noun } from '#lib/platform/label.ts';

export function load({ url }) {
  const id = url.searchParams.get('order') ?? '';
  return reading(async () => {
    const [order, lines, places] = await Promise.all([
      readOrder(id),
      returnableLines(id),
      warehouses(),
    ]);
    return { order: found(order, noun('order')), lines, places };
  });
}
