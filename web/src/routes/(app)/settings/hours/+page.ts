import { load as reading } from '#lib/platform/read.ts';
import { listHolidays, listHours } from '#lib/messaging/hours.ts';

export function load({ depends }) {
  depends('entity:working_hour', 'entity:company_holiday');
  return reading(async () => {
    const [hours, holidays] = await Promise.all([listHours(), listHolidays()]);
    return { hours, holidays };
  });
}
