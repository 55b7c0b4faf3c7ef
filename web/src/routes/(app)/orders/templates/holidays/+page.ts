import { HOLIDAYS, listHolidays } from '#lib/orders/templates.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:holiday');
  const list = readList(url, HOLIDAYS);
  return reading(async () => ({ holidays: await listHolidays(list) }));
}
