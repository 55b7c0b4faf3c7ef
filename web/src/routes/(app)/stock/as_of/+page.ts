import { load as reading } from '#lib/platform/read.ts';
import { stockCompared } from '#lib/warehouse/as_of.ts';
import { warehouses } from '#lib/warehouse/warehouse.ts';

export function load({ url, depends }) {
  depends('entity:inventory');
  const at = url.searchParams.get('at') ?? '';
  const moment = Number.isNaN(Date.parse(at)) ? null : new Date(at).toISOString();
  return reading(async () => {
    const places = await warehouses(['depot', 'shop', 'van']);
    const place = places.find(({ id }) => id === url.searchParams.get('place')) ?? places[0];
    return {
      places,
      place: place?.id ?? null,
      moment,
      compared: place && moment ? await stockCompared(place.id, moment) : [],
    };
  });
}
