import { listUnplaced } from '#lib/parties/unplaced.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ depends }) {
  depends('entity:customer_address');
  return reading(async () => ({ places: await listUnplaced() }));
}
