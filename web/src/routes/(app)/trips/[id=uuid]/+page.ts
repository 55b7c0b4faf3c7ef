import { loadOf, offloadsOf, readTrip, stopsOf, variancesOf } from '#lib/delivery/delivery.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { session } from '#lib/platform/session.svelte.ts';
import { readIdentity } from '#lib/tenancy/tenancy.ts';
import { historyOf, namesOf } from '#lib/workflow/workflow.ts';

export async function load({ params, depends, parent }) {
  depends('entity:trip', 'entity:order', 'entity:offload', 'entity:variance');
  // Rights are known once the layout has read the session.
  await parent();
  return reading(async () => {
    const [trip, stops, sheet, offloads, variances, history, seller] = await Promise.all([
      readTrip(params.id),
      stopsOf(params.id),
      loadOf(params.id),
      offloadsOf(params.id),
      session.can('variances.view') ? variancesOf('trip_id', params.id) : [],
      historyOf(params.id),
      readIdentity(),
    ]);
    const known = found(trip, 'trip');
    const names = await namesOf([
      known.created_by,
      sheet?.depot_confirmed_by ?? null,
      sheet?.driver_confirmed_by ?? null,
    ]);
    return { trip: known, stops, sheet, offloads, variances, history, names, seller };
  });
}
