import { beforeEach, describe, expect, test, vi } from 'vitest';
import {
  beginOf,
  endOf,
  fromWallClock,
  momentOf,
  toDay,
  toWallClock,
} from '../../web/src/lib/platform/calendar.ts';
import {
  amount,
  dateTime,
  day,
  money,
  quantity,
  time,
  today,
  unitOf,
} from '../../web/src/lib/platform/format.ts';
import { localeOf } from '../../web/src/lib/languages.ts';
import { label } from '../../web/src/lib/platform/label.ts';
import { workAt } from './_support/company.ts';

/** Intl puts spaces that do not break; what is compared here is what people read. */
const read = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, ' ');

beforeEach(() => workAt());

describe('money and quantities', () => {
  test('are written in the currency and the locale of the company', () => {
    expect(read(money(1234567.5))).toBe('Ksh 1,234,567.50');
    expect(read(money('-0.4'))).toBe('-Ksh 0.40');
    expect([amount(1234.5), quantity(1234.5)]).toEqual(['1,234.50', '1,234.5']);
    // Whoever changes the company on the same screen gets its ways of writing.
    workAt({ currency: 'EUR', locale: 'de-DE' });
    expect(read(money(1234.5))).toBe('1.234,50 €');
    expect(amount(1234.5)).toBe('1.234,50');
    expect(quantity(1234.5)).toBe('1.234,5');
  });

  test('have as many decimals as they need, a quantity never more than three', () => {
    expect([quantity(3), quantity('2.500'), quantity(0.1234)]).toEqual(['3', '2.5', '0.123']);
    expect(amount('7')).toBe('7.00');
  });

  test('are said with the unit of one or of many', () => {
    const said = (value: number | string, unit: string | null) => unitOf(value, unit);
    expect([said(1, 'crate'), said('1.000', 'crate'), said(-1, 'crate')]).toEqual(
      Array(3).fill('crate'),
    );
    expect([said(0, 'crate'), said(2, 'crate'), said('0.5', 'box')]).toEqual([
      'crates',
      'crates',
      'boxes',
    ]);
    expect([said(2, 'kg'), said(2, 'pieces'), said(2, null)]).toEqual(['kg', 'pieces', '']);
  });

  test('that are missing or no numbers are a dash, and nought is nought', () => {
    for (const nothing of [null, undefined, '', 'abc', Number.NaN, Number.POSITIVE_INFINITY]) {
      expect([money(nothing), amount(nothing), quantity(nothing)]).toEqual(['–', '–', '–']);
    }
    expect([quantity(0), amount(0)]).toEqual(['0', '0.00']);
  });
});

describe('moments and days', () => {
  const NIGHT = '2026-11-20T22:30:00Z';

  test('are in the language of the reader where the portal speaks that of the company', () => {
    expect(localeOf('en-KE', 'sw')).toBe('sw-KE');
    expect(localeOf('sw-TZ', 'en')).toBe('en-TZ');
    expect(localeOf('sw-KE', 'sw')).toBe('sw-KE');
    expect(localeOf('de-DE', 'sw')).toBe('de-DE');
    expect(localeOf('en', 'sw')).toBe('sw');
  });

  test('are shown on the clock of the company', () => {
    expect(dateTime(NIGHT)).toBe('21 Nov 2026, 01:30');
    expect(time(NIGHT)).toBe('01:30');
    expect(day(NIGHT)).toBe('21 Nov 2026');
    workAt({ timezone: 'America/New_York', locale: 'en-US' });
    expect(read(dateTime(NIGHT))).toBe('Nov 20, 2026, 5:30 PM');
  });

  test('without a time are never shifted into the day before', () => {
    workAt({ timezone: 'America/New_York', locale: 'en-GB' });
    expect(day('2026-11-20')).toBe('20 Nov 2026');
  });

  test('that are missing or no dates are a dash', () => {
    expect([day(null), dateTime(''), time('soon')]).toEqual(['–', '–', '–']);
  });

  test('today is the date where the company is', () => {
    vi.useFakeTimers({ now: new Date(NIGHT) });
    expect(today()).toBe('2026-11-21');
    expect(today(1)).toBe('2026-11-22');
    workAt({ timezone: 'Pacific/Pago_Pago' });
    expect(today()).toBe('2026-11-20');
    vi.useRealTimers();
  });

  test('a day begins and ends at midnight of the company, also when the clocks change', () => {
    expect([beginOf('2026-11-20'), endOf('2026-11-20')]).toEqual([
      '2026-11-19T21:00:00.000Z',
      '2026-11-20T21:00:00.000Z',
    ]);
    workAt({ timezone: 'Europe/Berlin' });
    expect([beginOf('2026-03-29'), endOf('2026-03-29')]).toEqual([
      '2026-03-28T23:00:00.000Z',
      '2026-03-29T22:00:00.000Z',
    ]);
  });

  test('what is typed on the clock of the company comes back as it was typed', () => {
    const moment = momentOf('2026-12-24', '06:30');
    expect(moment).toBe('2026-12-24T03:30:00.000Z');
    expect(toWallClock(moment)?.toString()).toBe('2026-12-24T06:30:00');
    const wall = toWallClock(NIGHT);
    expect(wall && fromWallClock(wall)).toBe('2026-11-20T22:30:00.000Z');
  });

  test('text that is no date is none', () => {
    expect([
      toDay('30.2.'),
      toDay('2026-02-30'),
      beginOf('x'),
      endOf(''),
      toWallClock('x'),
    ]).toEqual([null, null, null, null, null]);
  });
});

test('states read as words', () => {
  expect([label('pending_approval'), label('order.approved'), label(null)]).toEqual([
    'Pending approval',
    'Order approved',
    '–',
  ]);
});
