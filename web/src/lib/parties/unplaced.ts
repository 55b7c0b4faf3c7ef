import { rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { updateAddress, type Address } from './parties.ts';
import { m } from '#lib/words.ts';

const MOST = 100;

/** Addresses that no van finds, with what is known of where they lie, the oldest first. */
export function listUnplaced() {
  return rows(
    supabase
      .from('customer_addresses')
      .select('*,customers(name,code),address_positions(status,precision,latitude,longitude)')
      .is('latitude', null)
      .eq('is_active', true)
      .order('created_at')
      .limit(MOST),
  );
}

export type Unplaced = Awaited<ReturnType<typeof listUnplaced>>[number];

/** What was found out about it, in words. */
export function whatIsKnown({ address_positions: known }: Unplaced): string {
  if (!known || known.status === 'asked') return m.it_is_being_looked_for();
  if (known.precision === 'town') return m.only_the_town_is_known();
  return known.precision === 'region' ? m.only_the_region_is_known() : m.nobody_knows_this_place();
}

/** Says where an address lies. @returns null when somebody else has changed it meanwhile */
export function placeAddress(address: Unplaced, latitude: number | null, longitude: number | null) {
  const { kind, label, street, city, instructions, window_start, window_end, is_default } = address;
  const rest = { kind, label, street, city, instructions, window_start, window_end, is_default };
  return updateAddress(address as Address, { ...rest, latitude, longitude });
}
