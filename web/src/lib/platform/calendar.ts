import {
  type CalendarDate,
  type CalendarDateTime,
  parseAbsolute,
  parseDate,
  parseDateTime,
  toCalendarDateTime,
  toZoned,
} from '@internationalized/date';
import { zone } from './format.ts';

/** A day as the API writes it, `2026-11-20`; null where there is none or the text is no day. */
export function toDay(text: string | null | undefined): CalendarDate | null {
  try {
    return text ? parseDate(text) : null;
  } catch {
    return null;
  }
}

/** A moment as the clock on the wall of the company shows it. */
export function toWallClock(instant: string | null | undefined): CalendarDateTime | null {
  try {
    return instant ? toCalendarDateTime(parseAbsolute(instant, zone())) : null;
  } catch {
    return null;
  }
}

/** The moment at which the clock of the company shows this time. */
export function fromWallClock(local: CalendarDateTime): string {
  return toZoned(local, zone()).toAbsoluteString();
}

/** The moment of `2026-11-20` and `07:00` where the company is. */
export function momentOf(day: string, time: string): string {
  return fromWallClock(parseDateTime(`${day}T${time}`));
}

/** The moment at which a day begins where the company is; null when the text is no day. */
export function beginOf(day: string): string | null {
  const date = toDay(day);
  return date && momentOf(date.toString(), '00:00');
}

/** The moment at which a day is over where the company is; null when the text is no day. */
export function endOf(day: string): string | null {
  const date = toDay(day);
  return date && momentOf(date.add({ days: 1 }).toString(), '00:00');
}
