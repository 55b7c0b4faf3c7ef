import { vanPlaces } from '#lib/delivery/positions.ts';
import { customerPlaces, depotPlaces, drawnTerritories } from '#lib/parties/places.ts';
import { load as reading } from '#lib/platform/read.ts';
import { session } from '#lib/platform/session.svelte.ts';

export function load({ depends, parent }) {
  depends('entity:customer', 'entity:customer_address', 'entity:territory');
  return reading(async () => {
    await parent();
    const [customers, depots, territories, vans] = await Promise.all([
      customerPlaces(),
      session.can('warehouses.view') ? depotPlaces() : [],
      session.can('territories.view') ? drawnTerritories() : [],
      session.can('trips.view') ? vanPlaces() : [],
    ]);
    return { customers, depots, territories, vans };
  });
}
