import { readLive } from '#lib/delivery/positions.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ depends }) {
  depends('entity:trip', 'entity:order', 'live:positions');
  return reading(async () => ({ trips: await readLive(), readAt: Date.now() }));
}
