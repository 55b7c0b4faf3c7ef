import { DOORS, listDoors } from '#lib/doors/doors.ts';
import { everyTerritory } from '#lib/parties/parties.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:door');
  const list = readList(url, DOORS);
  return reading(async () => {
    const [doors, areas] = await Promise.all([listDoors(list), everyTerritory()]);
    return { doors, areas };
  });
}
