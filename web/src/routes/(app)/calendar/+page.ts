import { daysOf, readCalendar, shownBy } from '#lib/calendar/calendar.ts';
import { beginOf, endOf } from '#lib/platform/calendar.ts';
import { load as reading } from '#lib/platform/read.ts';

/** Where seven days side by side are too narrow to read, one is shown. */
const NARROW = '(max-width: 40rem)';

export function load({ url, depends, parent }) {
  depends(
    'entity:appointment',
    'entity:trip',
    'entity:task',
    'entity:holiday',
    'entity:leave_request',
  );
  const shown = shownBy(url, matchMedia(NARROW).matches ? 'day' : 'week');
  const days = daysOf(shown);
  return reading(async () => {
    await parent();
    const [first, last] = [days[0], days.at(-1)].map(String);
    return {
      shown,
      days,
      entries: await readCalendar(
        beginOf(first ?? '') ?? '',
        endOf(last ?? '') ?? '',
        shown.everybody,
      ),
    };
  });
}
