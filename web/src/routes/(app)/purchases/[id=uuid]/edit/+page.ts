import { readPurchase } from '#lib/operations/purchases.ts';
import { noun } from '#lib/platform/label.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { warehouses } from '#lib/warehouse/warehouse.ts';

export function load({ params, depends }) {
  depends('entity:purchase_order');
  return reading(async () => {
    const [order, places] = await Promise.all([readPurchase(params.id), warehouses()]);
    return { order: found(order, noun('purchase_order')), places };
  });
}
