import { wholeChecklist } from '#lib/delivery/checks.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ depends }) {
  depends('entity:vehicle_check_item');
  return reading(async () => ({ items: await wholeChecklist() }));
}
