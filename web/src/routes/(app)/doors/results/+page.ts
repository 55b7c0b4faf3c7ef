import { doorAreas, doorPlaces, doorResults, PERIODS, type Period } from '#lib/doors/doors.ts';
import { drawnTerritories } from '#lib/parties/places.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:door', 'entity:door_claim', 'entity:door_visit', 'entity:territory');
  const asked = url.searchParams.get('period') as Period;
  const period = PERIODS.includes(asked) ? asked : 'week';
  return reading(async () => {
    const [areas, results, places, drawn] = await Promise.all([
      doorAreas(),
      doorResults(period),
      doorPlaces(),
      drawnTerritories(),
    ]);
    return { areas, results, places, drawn, period };
  });
}
