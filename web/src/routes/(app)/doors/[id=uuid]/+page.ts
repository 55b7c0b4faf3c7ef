import { readDoor } from '#lib/doors/doors.ts';
import { everyTerritory } from '#lib/parties/parties.ts';
import { noun } from '#lib/platform/label.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { KEPT_WITH, keptWith } from '#lib/records/record.ts';

export function load({ params, depends, parent }) {
  depends('entity:door', 'entity:door_visit', ...KEPT_WITH);
  return reading(async () => {
    await parent();
    const [door, areas] = await Promise.all([readDoor(params.id), everyTerritory()]);
    const known = found(door, noun('door'));
    return { door: known, areas, ...(await keptWith('door', known.id)) };
  });
}
