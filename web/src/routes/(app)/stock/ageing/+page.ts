import { load as reading } from '#lib/platform/read.ts';
import { stockAgeing } from '#lib/warehouse/ageing.ts';
import { warehouses } from '#lib/warehouse/warehouse.ts';

export function load({ url, depends }) {
  depends('entity:inventory');
  const place = url.searchParams.get('warehouse');
  return reading(async () => {
    const [rows, places] = await Promise.all([
      stockAgeing(place),
      warehouses(['depot', 'shop', 'van']),
    ]);
    return { rows, places, place: places.some(({ id }) => id === place) ? place : null };
  });
}
