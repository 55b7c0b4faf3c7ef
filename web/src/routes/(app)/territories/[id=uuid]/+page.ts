import { everyTerritory } from '#lib/parties/parties.ts';
import { customerPlaces, drawnTerritories, readTerritory, sellers } from '#lib/parties/places.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { session } from '#lib/platform/session.svelte.ts';

export function load({ params, depends, parent }) {
  depends('entity:territory', 'entity:territory_rep', 'entity:customer');
  return reading(async () => {
    await parent();
    const [territory, areas, drawn, customers, people] = await Promise.all([
      readTerritory(params.id),
      everyTerritory(),
      drawnTerritories(),
      session.can('customers.view') ? customerPlaces() : { places: [], without: 0 },
      session.can('territories.edit') ? sellers() : [],
    ]);
    return { territory: found(territory, 'territory'), areas, drawn, customers, people };
  });
}
