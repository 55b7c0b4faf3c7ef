import type { Found } from './numbers.ts';

export type DateOrder = 'd/m/y' | 'm/d/y';

const TIME = String.raw`(?:[ T]+\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?(?: ?[AaPp][Mm])?Z?)?`;
const YEAR_FIRST = new RegExp(`^(\\d{4})([-/.])(\\d{1,2})\\2(\\d{1,2})${TIME}$`);
const YEAR_LAST = new RegExp(`^(\\d{1,2})([-/.])(\\d{1,2})\\2(\\d{4}|\\d{2})${TIME}$`);
/** So many days in one month tell which of the two numbers is the month. */
const DAYS_THAT_TELL = 3;

/** Whether a whole column has the day or the month first; the year first needs no finding out. */
export function findDateOrder(texts: string[]): Found<DateOrder> {
  const [firsts, seconds] = [new Map<number, string>(), new Map<number, string>()];
  for (const text of texts) {
    const [, first, sign, second] = YEAR_LAST.exec(text) ?? [];
    if (first === undefined || second === undefined) continue;
    // Nobody writes the month first with points between.
    firsts.set(sign === '.' ? 31 : Number(first), text);
    seconds.set(Number(second), text);
  }
  const tooLarge = (numbers: Map<number, string>) =>
    [...numbers].find(([number]) => number > 12)?.[1];
  const [day, month] = [tooLarge(firsts), tooLarge(seconds)];
  if (day !== undefined && month !== undefined) {
    return { value: null, doubt: `there are both ${day} and ${month}` };
  }
  if (day !== undefined) return { value: 'd/m/y', doubt: null };
  if (month !== undefined) return { value: 'm/d/y', doubt: null };
  if (firsts.size === 0) return { value: null, doubt: null };
  if (seconds.size === 1 && firsts.size >= DAYS_THAT_TELL) return { value: 'd/m/y', doubt: null };
  if (firsts.size === 1 && seconds.size >= DAYS_THAT_TELL) return { value: 'm/d/y', doubt: null };
  const [[, example = ''] = []] = firsts;
  return { value: null, doubt: `${example} may have the day or the month first` };
}

/** YYYY-MM-DD of a date with or without a time, null when there is no such day. */
export function readDate(text: string, order: DateOrder): string | null {
  const [, year, , month, day] = YEAR_FIRST.exec(text) ?? [];
  if (year !== undefined) return toDay(year, month ?? '', day ?? '');
  const [, first = '', , second = '', short] = YEAR_LAST.exec(text) ?? [];
  if (short === undefined) return null;
  const long = short.length === 2 ? `20${short}` : short;
  return order === 'd/m/y' ? toDay(long, second, first) : toDay(long, first, second);
}

function toDay(year: string, month: string, day: string): string | null {
  const iso = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const date = new Date(`${iso}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso) ? iso : null;
}
