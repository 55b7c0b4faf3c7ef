import { openTripsFrom } from '#lib/delivery/delivery.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { session } from '#lib/platform/session.svelte.ts';
import { peopleAt } from '#lib/tenancy/tenancy.ts';
import { movementsAt, openDocumentsAt, readPlace, stockAt } from '#lib/warehouse/places.ts';
import { noun } from '#lib/platform/label.ts';
import { KEPT_WITH, keptWith } from '#lib/records/record.ts';

export function load({ params, depends, parent }) {
  depends(
    'entity:warehouse',
    'entity:inventory',
    'entity:adjustment',
    'entity:transfer',
    'entity:stock_count',
    'entity:refill',
    'entity:depot_shift',
    'entity:trip',
    'entity:membership',
    ...KEPT_WITH,
  );
  return reading(async () => {
    await parent();
    const [place, stock, movements, documents, trips, people] = await Promise.all([
      readPlace(params.id),
      stockAt(params.id),
      movementsAt(params.id),
      openDocumentsAt(params.id),
      session.can('trips.view') ? openTripsFrom(params.id) : [],
      session.can('users.view') ? peopleAt(params.id) : [],
    ]);
    const known = found(place, noun('place'));
    const kept = await keptWith('warehouse', known.id);
    return { place: known, stock, movements, documents, trips, people, ...kept };
  });
}
