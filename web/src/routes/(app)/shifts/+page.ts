import { readWeek, weekOf } from '#lib/operations/shifts.ts';
import { load as reading } from '#lib/platform/read.ts';
import { warehouses } from '#lib/warehouse/warehouse.ts';

/** `?day=` of the week. */
export function load({ url, depends, parent }) {
  depends('entity:work_shift', 'entity:leave_request');
  const days = weekOf(url.searchParams.get('day'));
  return reading(async () => {
    await parent();
    const [week, places] = await Promise.all([readWeek(days), warehouses()]);
    return { days, week, places };
  });
}
