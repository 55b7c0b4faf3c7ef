import { rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';

/** The hours of a week, in its order. */
export function listHours() {
  return rows(supabase.from('working_hours').select('*').order('weekday').order('opens_at'));
}

/** The days on which nobody works, the latest first. */
export function listHolidays() {
  return rows(
    supabase.from('company_holidays').select('*').order('day', { ascending: false }).limit(500),
  );
}

/** A time of day without its seconds. */
export const hourOf = (time: string): string => time.slice(0, 5);
