import { m } from '#lib/paraglide/messages.js';
import { baseLocale, isLocale, overwriteGetLocale } from '#lib/paraglide/runtime.js';
import {
  formsOf,
  type Language,
  LANGUAGES,
  type Pair,
  type Term,
  type Terminology,
  type Terms,
  TERMS,
} from './languages.ts';

/**
 * The sentences of what stands before the sign-in, which loads those that it says and no others. Behind it
 * `words.ts` has them all.
 */
export { m };

export { LANGUAGES, TERMS };
export type { Language, Pair, Terminology, Terms };

/** What things are called where a company has no word of its own. */
const DEFAULTS = {
  order: [m.term_order, m.term_orders],
  customer: [m.term_customer, m.term_customers],
  product: [m.term_product, m.term_products],
  trip: [m.term_trip, m.term_trips],
  driver: [m.term_driver, m.term_drivers],
  depot: [m.term_depot, m.term_depots],
  van: [m.term_van, m.term_vans],
  invoice: [m.term_invoice, m.term_invoices],
} as const satisfies Record<Term, unknown>;

/** What this device remembers: the language of the reader and the words of his company. */
interface Kept {
  language: Language;
  terminology: Terminology;
}

const KEPT = 'mzigo.words';

/** The first language that the device is set to and the portal speaks. */
function ofDevice(): Language {
  const wanted = typeof navigator === 'undefined' ? [] : (navigator.languages ?? []);
  return wanted.map((tag) => tag.split('-')[0]).find((tag) => isLocale(tag)) ?? baseLocale;
}

function kept(): Kept {
  const nothing: Kept = { language: ofDevice(), terminology: {} };
  // Storage may be blocked, and the tests of the portal's logic have none.
  try {
    const found = JSON.parse(localStorage.getItem(KEPT) ?? '{}') as Partial<Kept>;
    return {
      language: isLocale(found.language) ? found.language : nothing.language,
      terminology: found.terminology ?? {},
    };
  } catch {
    return nothing;
  }
}

const now = kept();
export const language = now.language;
overwriteGetLocale(() => language);
if (typeof document !== 'undefined') document.documentElement.lang = language;

/** What a thing is called where the company has no word of its own. */
export function usualWords(term: Term, locale: Language = language): Pair {
  const [one, many] = DEFAULTS[term];
  return [one({}, { locale }), many({}, { locale })];
}

/** Every form of the words of a company. */
export const termsOf = (terminology: Terminology, locale: Language): Terms =>
  formsOf(terminology, locale, (term) => usualWords(term, locale));

export const terms = termsOf(now.terminology, language);

function keep(next: Kept): boolean {
  try {
    localStorage.setItem(KEPT, JSON.stringify(next));
  } catch {
    return false;
  }
  // A browser that keeps nothing would begin anew for ever.
  return JSON.stringify(kept()) === JSON.stringify(next);
}

/** Has the portal speak another language on this device. Sentences are chosen as the page begins, so it begins anew. */
export function speak(chosen: Language): void {
  if (keep({ ...kept(), language: chosen })) location.reload();
}

/**
 * Takes over the language of the person (null: as the device has it) and the words of the company.
 * @returns whether the page has to begin anew to say them
 */
export function takeWords(wanted: Language | null, terminology: Terminology): boolean {
  const next = { language: wanted ?? language, terminology };
  if (JSON.stringify(next) === JSON.stringify(kept())) return false;
  const differ =
    next.language !== language ||
    JSON.stringify(termsOf(terminology, next.language)) !== JSON.stringify(terms);
  return keep(next) && differ;
}
