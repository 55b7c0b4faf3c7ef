import { everyTerritory } from '#lib/parties/parties.ts';
import { customerPlaces, drawnTerritories, readTerritory, sellers } from '#lib/parties/places.ts';
import { noun } from '#lib/platform/label.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { session } from '#lib/platform/session.svelte.ts';
import { KEPT_WITH, keptWith } from '#lib/records/record.ts';

export function load({ params, depends, parent }) {
  depends('entity:territory', 'entity:territory_rep', 'entity:customer', ...KEPT_WITH);
  return reading(async () => {
    await parent();
    const [territory, areas, drawn, customers, people] = await Promise.all([
      readTerritory(params.id),
      everyTerritory(),
      drawnTerritories(),
      session.can('customers.view') ? customerPlaces() : { places: [], without: 0 },
      session.can('territories.edit') ? sellers() : [],
    ]);
    const known = found(territory, noun('territory'));
    const kept = await keptWith('territory', known.id);
    return { territory: known, areas, drawn, customers, people, ...kept };
  });
}
