import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';
import { listShifts, placesWithShifts, SHIFTS } from '#lib/warehouse/shifts.ts';

export function load({ url, depends }) {
  depends('entity:depot_shift', 'entity:warehouse');
  const list = readList(url, SHIFTS);
  return reading(async () => {
    const [shifts, places] = await Promise.all([listShifts(list), placesWithShifts()]);
    return { shifts, places };
  });
}
