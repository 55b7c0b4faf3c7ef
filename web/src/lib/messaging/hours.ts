import { rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { m } from '#lib/words.ts';

/** The hours of a week, in its order. */
export function listHours() {
  return rows(supabase.from('working_hours').select('*').order('weekday').order('opens_at'));
}

/** The days on which nobody works, the latest first. */
export function listHolidays() {
  return rows(supabase.from('holidays').select('*').order('day', { ascending: false }).limit(500));
}

/** A time of day without its seconds. */
export const hourOf = (time: string): string => time.slice(0, 5);

/** What is promised, the least urgent first. */
export function listPromises() {
  return rows(supabase.from('service_levels').select('*').order('priority'));
}

/** Who answers, and how much each has room for. */
export function listAgents() {
  return rows(
    supabase
      .from('inbox_agents')
      .select('*,memberships(users(full_name))')
      .order('created_at')
      .limit(500),
  );
}

/** Minutes as people say them. */
export function minutesInWords(minutes: number): string {
  return minutes % 60 === 0
    ? m.for_so_many_hours({ count: minutes / 60 })
    : m.so_many_minutes({ count: minutes });
}
