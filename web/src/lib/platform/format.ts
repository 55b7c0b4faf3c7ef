import { type Language, language, LANGUAGES, m } from '#lib/words.ts';
import { session } from './session.svelte.ts';

/** Stands where nothing is known. */
export const DASH = '–';

export const locale = () => localeOf(session.tenant?.locale ?? 'en-KE', language);

/**
 * Numbers and dates are written as the company writes them, in the language of the reader: a reader of Swahili in
 * an `en-KE` company reads `sw-KE`. A company of another language than the portal's keeps its own.
 */
export function localeOf(company: string, reader: Language): string {
  const [spoken = '', ...country] = company.split('-');
  const isOurs = LANGUAGES.some(({ value }) => value === spoken);
  return isOurs ? [reader, ...country].join('-') : company;
}

export const zone = () => session.tenant?.timezone ?? 'Africa/Nairobi';
export const currency = () => session.tenant?.currency ?? 'KES';

/** The usual units, as other languages than English call one and many of them. */
const UNITS: Record<string, () => string> = {
  bag: m.unit_bag,
  bottle: m.unit_bottle,
  box: m.unit_box,
  can: m.unit_can,
  carton: m.unit_carton,
  case: m.unit_case,
  crate: m.unit_crate,
  cylinder: m.unit_cylinder,
  keg: m.unit_keg,
  pack: m.unit_pack,
  pallet: m.unit_pallet,
  piece: m.unit_piece,
  tray: m.unit_tray,
};

type Value = number | string | null | undefined;

const cache = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

/** Building an Intl formatter costs far more than using it, and tables use thousands. */
function numbers(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `n${locale()}${JSON.stringify(options)}`;
  if (!cache.has(key)) cache.set(key, new Intl.NumberFormat(locale(), options));
  return cache.get(key) as Intl.NumberFormat;
}

function dates(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `d${locale()}${zone()}${JSON.stringify(options)}`;
  if (!cache.has(key)) {
    cache.set(key, new Intl.DateTimeFormat(locale(), { timeZone: zone(), ...options }));
  }
  return cache.get(key) as Intl.DateTimeFormat;
}

function numeric(value: Value): number | null {
  if (value === null || value === undefined || value === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

/** An amount in the currency of the company. */
export function money(value: Value): string {
  const number = numeric(value);
  return number === null
    ? DASH
    : numbers({ style: 'currency', currency: currency() }).format(number);
}

/** An amount without its currency, for columns whose head names it. */
export function amount(value: Value): string {
  const number = numeric(value);
  return number === null
    ? DASH
    : numbers({ minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(number);
}

/** A quantity: up to three decimals, none where none are needed. */
export function quantity(value: Value): string {
  const number = numeric(value);
  return number === null ? DASH : numbers({ maximumFractionDigits: 3 }).format(number);
}

/** A quantity as a change: what is more has its sign, too. */
export function signed(value: Value): string {
  return `${Number(value) > 0 ? '+' : ''}${quantity(value)}`;
}

/** Several choices as one text: "6, 12 or 18". */
export function listOf(choices: string[]): string {
  return new Intl.ListFormat(locale(), { type: 'disjunction' }).format(choices);
}

/**
 * The unit as it is said of so many: "1 crate", "2 crates"; short signs such as kg stay as they are. A company
 * writes its units itself; the usual ones have their word in other languages.
 */
export function unitOf(value: Value, unit: string | null | undefined): string {
  if (!unit) return '';
  if (language !== 'en') return UNITS[unit.toLowerCase()]?.() ?? unit;
  if (Math.abs(Number(value)) === 1 || unit.length < 3 || unit.endsWith('s')) return unit;
  return /(x|z|ch|sh)$/.test(unit) ? `${unit}es` : `${unit}s`;
}

function instant(value: string | null | undefined): Date | null {
  if (!value) return null;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? null : date;
}

/**
 * A calendar day. Days without a time (`2026-11-20`) are never shifted by the time zone.
 * @param length short: without the year, where there is little room
 */
export function day(
  value: string | null | undefined,
  length: 'medium' | 'short' = 'medium',
): string {
  const date = instant(value);
  if (!date) return DASH;
  const plain = /^\d{4}-\d{2}-\d{2}$/.test(value ?? '');
  return dates({
    ...(length === 'short' ? { day: 'numeric', month: 'short' } : { dateStyle: 'medium' }),
    ...(plain ? { timeZone: 'UTC' } : {}),
  }).format(date);
}

/** The month of a calendar day (`2026-11-01`), with its year. */
export function monthOf(value: string | null | undefined): string {
  const date = instant(value);
  return date ? dates({ month: 'long', year: 'numeric', timeZone: 'UTC' }).format(date) : DASH;
}

/** A day of the week, 1 is Monday, in short. */
export function weekday(number: number): string {
  // The first of January 2024 was a Monday.
  return dates({ weekday: 'short', timeZone: 'UTC' }).format(Date.UTC(2024, 0, number));
}

export function dateTime(value: string | null | undefined): string {
  const date = instant(value);
  return date ? dates({ dateStyle: 'medium', timeStyle: 'short' }).format(date) : DASH;
}

export function time(value: string | null | undefined): string {
  const date = instant(value);
  return date ? dates({ timeStyle: 'short' }).format(date) : DASH;
}

/** Today as `YYYY-MM-DD` where the company is, not where the browser is. */
export function today(offsetDays = 0): string {
  const at = new Date(Date.now() + offsetDays * 86_400_000);
  return new Intl.DateTimeFormat('en-CA', {
    timeZone: zone(),
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(at);
}
