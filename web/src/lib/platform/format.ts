import { localeOf } from '#lib/languages.ts';
import { language, m } from '#lib/first_words.ts';
import { formats, unitInEnglish, type Value } from './formats.ts';
import { session } from './session.svelte.ts';

export { DASH } from './formats.ts';

export const locale = () => localeOf(session.tenant?.locale ?? 'en-KE', language);
export const zone = () => session.tenant?.timezone ?? 'Africa/Nairobi';
export const currency = () => session.tenant?.currency ?? 'KES';

/** As the company of the reader writes them. */
export const { money, amount, quantity, day, monthOf, weekday, dateTime, time, today } = formats(
  () => ({
    locale: locale(),
    zone: zone(),
    currency: currency(),
  }),
);

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

/** A quantity as a change: what is more has its sign, too. */
export function signed(value: Value): string {
  return `${Number(value) > 0 ? '+' : ''}${quantity(value)}`;
}

/** Several choices as one text: "6, 12 or 18". */
export function listOf(choices: string[]): string {
  return new Intl.ListFormat(locale(), { type: 'disjunction' }).format(choices);
}

/** The unit as it is said of so many. */
export function unitOf(value: Value, unit: string | null | undefined): string {
  if (!unit) return '';
  return language === 'en' ? unitInEnglish(value, unit) : (UNITS[unit.toLowerCase()]?.() ?? unit);
}
