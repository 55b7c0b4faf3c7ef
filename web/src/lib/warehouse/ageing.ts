import type { Database } from '#lib/database.types.ts';
import { ask } from '#lib/platform/command.ts';

export type Aged = Database['public']['Functions']['stock_ageing']['Returns'][number];

/** The most rows that the database answers. */
export const MOST = 1000;

/** How long stock has lain, the oldest first: of one place, or of all. */
export function stockAgeing(place: string | null): Promise<Aged[]> {
  return ask('stock_ageing', place ? { place_id: place } : {});
}
