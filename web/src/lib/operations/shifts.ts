import { type CalendarDate, startOfWeek } from '@internationalized/date';
import type { Database } from '#lib/database.types.ts';
import { changedMeanwhile } from '#lib/errors.ts';
import { beginOf, endOf, toDay, toWallClock } from '#lib/platform/calendar.ts';
import { today } from '#lib/platform/format.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { orNull } from '#lib/platform/text.ts';
import type { PersonChoice } from '#lib/tenancy/tenancy.ts';
import { m } from '#lib/words.ts';

/** The seven days, from Monday on, around a day of the address. */
export function weekOf(day: string | null): CalendarDate[] {
  const first = startOfWeek(toDay(day) ?? (toDay(today()) as CalendarDate), 'en-KE', 'mon');
  return Array.from({ length: 7 }, (_, index) => first.add({ days: index }));
}

export type Shift = Awaited<ReturnType<typeof readWeek>>['shifts'][number];

/** Who is to be where in these days, and who is away. */
export async function readWeek(days: CalendarDate[]) {
  const [first, last] = [String(days[0]), String(days.at(-1))];
  const [shifts, away] = await Promise.all([
    rows(
      supabase
        .from('shifts')
        .select('*,users(id,full_name),warehouses(id,name)')
        .gte('starts_at', beginOf(first) ?? '')
        .lte('starts_at', endOf(last) ?? '')
        .order('starts_at')
        .limit(1000),
    ),
    rows(
      supabase
        .from('leave_requests')
        .select('id,person_id,kind,from_on,until_on,users(id,full_name)')
        .eq('status', 'approved')
        .lte('from_on', last)
        .gte('until_on', first)
        .limit(1000),
    ),
  ]);
  return { shifts, away };
}

export type Week = Awaited<ReturnType<typeof readWeek>>;

/** A person and what stands on each of the days. */
export interface PersonWeek {
  id: string;
  name: string;
  days: { shifts: Week['shifts']; away: Week['away'] }[];
}

export function byPerson({ shifts, away }: Week, days: CalendarDate[]): PersonWeek[] {
  const names = new Map(
    [...shifts, ...away].map((row) => [row.person_id, row.users?.full_name ?? m.somebody()]),
  );
  return [...names]
    .map(([id, name]) => ({
      id,
      name,
      days: days.map((day) => ({
        shifts: shifts.filter(
          (it) => it.person_id === id && dayOf(it.starts_at) === day.toString(),
        ),
        away: away.filter(
          (it) => it.person_id === id && it.from_on <= String(day) && it.until_on >= String(day),
        ),
      })),
    }))
    .sort((one, other) => one.name.localeCompare(other.name));
}

/** The day of the company's clock on which a moment lies. */
const dayOf = (at: string): string => toWallClock(at)?.toString().slice(0, 10) ?? '';

export interface ShiftEntry {
  person: Pick<PersonChoice, 'id' | 'account' | 'name'> | null;
  place: string;
  starts: string;
  ends: string;
  note: string;
}

/** @throws {PortalError} person_busy, version_conflict */
export async function saveShift(shift: Pick<Shift, 'id' | 'version'> | null, entry: ShiftEntry) {
  const written = {
    person_id: entry.person?.account,
    warehouse_id: orNull(entry.place),
    starts_at: orNull(entry.starts),
    ends_at: orNull(entry.ends),
    note: orNull(entry.note),
  } as Database['public']['Tables']['shifts']['Insert'];
  const saved = await answerOf(
    shift
      ? supabase
          .from('shifts')
          .update(written)
          .eq('id', shift.id)
          .eq('version', shift.version)
          .select('id')
          .maybeSingle()
      : supabase.from('shifts').insert(written).select('id').single(),
  );
  if (!saved) throw changedMeanwhile(m.somebody_else_changed_this_row());
  return saved;
}

export const removeShift = (id: string) =>
  answerOf(supabase.from('shifts').delete().eq('id', id).select('id'));
