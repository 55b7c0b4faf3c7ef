import { doorOutcomes } from '#lib/doors/doors.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ depends }) {
  depends('entity:door_outcome');
  return reading(async () => ({ outcomes: await doorOutcomes() }));
}
