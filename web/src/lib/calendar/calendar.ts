import { type CalendarDate, endOfMonth, startOfMonth, startOfWeek } from '@internationalized/date';
import { askJson } from '#lib/platform/command.ts';
import { toDay, toWallClock } from '#lib/platform/calendar.ts';
import { today } from '#lib/platform/format.ts';
import { label } from '#lib/platform/label.ts';

export const VIEWS = ['day', 'week', 'month', 'team'] as const;
export type View = (typeof VIEWS)[number];

/** What stands in the calendar. */
export interface Entry {
  kind: 'appointment' | 'trip' | 'task' | 'leave_request' | 'holiday';
  id: string;
  number: string | null;
  title: string;
  status: string | null;
  starts_at: string | null;
  ends_at: string | null;
  /** Of what takes the whole day. */
  day: string | null;
  user_id: string | null;
  person: string | null;
  note: string | null;
  version: number;
  can_move: boolean;
}

/** What the address says: which view, around which day, of whom. */
export interface Shown {
  view: View;
  day: CalendarDate;
  everybody: boolean;
}

export function shownBy(url: URL, usual: View): Shown {
  const view = VIEWS.find((it) => it === url.searchParams.get('view')) ?? usual;
  return {
    view,
    day: toDay(url.searchParams.get('day')) ?? (toDay(today()) as CalendarDate),
    everybody: view === 'team' || url.searchParams.get('of') === 'everybody',
  };
}

export function addressOf({ view, day, everybody }: Shown): string {
  const of = everybody && view !== 'team' ? '&of=everybody' : '';
  return `/calendar?view=${view}&day=${day.toString()}${of}`;
}

/** The days that a view shows, the week from Monday on. */
export function daysOf({ view, day }: Shown): CalendarDate[] {
  if (view === 'day' || view === 'team') return [day];
  const first = startOfWeek(view === 'week' ? day : startOfMonth(day), 'en-KE', 'mon');
  const last = view === 'week' ? first.add({ days: 6 }) : endOfMonth(day);
  const count = view === 'week' ? 7 : Math.ceil((last.compare(first) + 1) / 7) * 7;
  return Array.from({ length: count }, (_, index) => first.add({ days: index }));
}

/** The same view one step on or back. */
export function stepped(shown: Shown, step: 1 | -1): Shown {
  const by = { day: { days: 1 }, team: { days: 1 }, week: { weeks: 1 }, month: { months: 1 } };
  const { [shown.view]: span } = by;
  return { ...shown, day: step === 1 ? shown.day.add(span) : shown.day.subtract(span) };
}

export async function readCalendar(from: string, until: string, everybody: boolean) {
  const entries = await askJson<Entry[], 'calendar'>('calendar', {
    from_at: from,
    until_at: until,
    everybody,
  });
  return entries.map((entry) =>
    // Who is away, and why.
    entry.kind === 'leave_request'
      ? { ...entry, title: `${entry.title}: ${label(entry.note ?? '')}` }
      : entry,
  );
}

export const PAGES: Record<Entry['kind'], string> = {
  appointment: '/appointments/',
  trip: '/trips/',
  task: '/tasks/',
  leave_request: '/leave/',
  holiday: '',
};

/** An entry on one day of the grid: minutes since its midnight, and its lane among those that overlap. */
export interface Placed {
  entry: Entry;
  from: number;
  until: number;
  lane: number;
  lanes: number;
}

const DAY_MINUTES = 1440;

/** Where the timed entries of a day stand; what overlaps stands side by side. */
export function placedOn(day: CalendarDate, entries: Entry[]): Placed[] {
  const minuteOf = (at: string): number => {
    const wall = toWallClock(at);
    if (!wall) return 0;
    return wall.compare(day) < 0 && !sameDay(wall, day)
      ? 0
      : sameDay(wall, day)
        ? wall.hour * 60 + wall.minute
        : DAY_MINUTES;
  };
  const placed = entries
    .flatMap((entry) => {
      if (!entry.starts_at || !entry.ends_at) return [];
      const [from, until] = [minuteOf(entry.starts_at), minuteOf(entry.ends_at)];
      return until > from ? [{ entry, from, until, lane: 0, lanes: 1 }] : [];
    })
    .sort((one, other) => one.from - other.from || other.until - one.until);
  let group: Placed[] = [];
  let ends: number[] = [];
  const close = () => {
    for (const item of group) item.lanes = ends.length;
    [group, ends] = [[], []];
  };
  for (const item of placed) {
    if (ends.length > 0 && ends.every((end) => end <= item.from)) close();
    const free = ends.findIndex((end) => end <= item.from);
    item.lane = free === -1 ? ends.length : free;
    ends[item.lane] = item.until;
    group.push(item);
  }
  close();
  return placed;
}

const sameDay = (
  one: { year: number; month: number; day: number },
  other: { year: number; month: number; day: number },
): boolean => one.year === other.year && one.month === other.month && one.day === other.day;

/** Whether an entry stands on a day, timed or not. */
export function isOn(day: CalendarDate, entry: Entry): boolean {
  if (entry.day) return entry.day === day.toString();
  return placedOn(day, [entry]).length > 0;
}
