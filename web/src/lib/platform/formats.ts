/** How money, quantities and days are written. Papers are made outside the portal, too: nothing here needs it. */

/** Stands where nothing is known. */
export const DASH = '–';

export type Value = number | string | null | undefined;

/** Where the company is and how it writes. */
export interface Writing {
  /** A language tag like `en-KE`. */
  locale: string;
  /** An IANA time zone. */
  zone: string;
  /** ISO code of the money that is written. */
  currency: string;
}

const cache = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

/** Building an Intl formatter costs far more than using it, and tables use thousands. */
function numbers(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `n${locale}${JSON.stringify(options)}`;
  if (!cache.has(key)) cache.set(key, new Intl.NumberFormat(locale, options));
  return cache.get(key) as Intl.NumberFormat;
}

function dates(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `d${locale}${JSON.stringify(options)}`;
  if (!cache.has(key)) cache.set(key, new Intl.DateTimeFormat(locale, options));
  return cache.get(key) as Intl.DateTimeFormat;
}

function numeric(value: Value): number | null {
  if (value === null || value === undefined || value === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

function instant(value: string | null | undefined): Date | null {
  if (!value) return null;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? null : date;
}

/** The ways in which values are written there; `how` is asked each time, since a reader may change the company. */
export function formats(how: () => Writing) {
  const number = (value: Value, options: (writing: Writing) => Intl.NumberFormatOptions) => {
    const known = numeric(value);
    return known === null ? DASH : numbers(how().locale, options(how())).format(known);
  };
  const moment = (value: string | null | undefined, options: Intl.DateTimeFormatOptions) => {
    const date = instant(value);
    return date ? dates(how().locale, { timeZone: how().zone, ...options }).format(date) : DASH;
  };
  return {
    /** An amount in the currency of the company. */
    money: (value: Value) => number(value, ({ currency }) => ({ style: 'currency', currency })),

    /** An amount without its currency, for columns whose head names it. */
    amount: (value: Value) =>
      number(value, () => ({ minimumFractionDigits: 2, maximumFractionDigits: 2 })),

    /** A quantity: up to three decimals, none where none are needed. */
    quantity: (value: Value) => number(value, () => ({ maximumFractionDigits: 3 })),

    /**
     * A calendar day. Days without a time (`2026-11-20`) are never shifted by the time zone.
     * @param length short: without the year, where there is little room
     */
    day: (value: string | null | undefined, length: 'medium' | 'short' = 'medium') =>
      moment(value, {
        ...(length === 'short' ? { day: 'numeric', month: 'short' } : { dateStyle: 'medium' }),
        ...(/^\d{4}-\d{2}-\d{2}$/.test(value ?? '') ? { timeZone: 'UTC' } : {}),
      }),

    /** The month of a calendar day (`2026-11-01`), with its year. */
    monthOf: (value: string | null | undefined) =>
      moment(value, { month: 'long', year: 'numeric', timeZone: 'UTC' }),

    /** A day of the week, 1 is Monday, in short. */
    weekday: (number: number) =>
      // The first of January 2024 was a Monday.
      dates(how().locale, { weekday: 'short', timeZone: 'UTC' }).format(Date.UTC(2024, 0, number)),

    dateTime: (value: string | null | undefined) =>
      moment(value, { dateStyle: 'medium', timeStyle: 'short' }),

    time: (value: string | null | undefined) => moment(value, { timeStyle: 'short' }),

    /** Today as `YYYY-MM-DD` where the company is, not where the browser is. */
    today: (offsetDays = 0) =>
      new Intl.DateTimeFormat('en-CA', {
        timeZone: how().zone,
        year: 'numeric',
        month: '2-digit',
        day: '2-digit',
      }).format(new Date(Date.now() + offsetDays * 86_400_000)),
  };
}

/**
 * The unit as it is said of so many in English: "1 crate", "2 crates"; short signs such as kg stay as they are.
 * A company writes its units itself; in other languages the usual ones have a word.
 */
export function unitInEnglish(value: Value, unit: string): string {
  if (Math.abs(Number(value)) === 1 || unit.length < 3 || unit.endsWith('s')) return unit;
  return /(x|z|ch|sh)$/.test(unit) ? `${unit}es` : `${unit}s`;
}
