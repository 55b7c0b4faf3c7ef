/** The languages of the product and the words of companies. Papers are made outside the portal, too: nothing here needs it. */

/** Each by its own name. */
export const LANGUAGES = [
  { value: 'en', label: 'English' },
  { value: 'sw', label: 'Kiswahili' },
] as const;
export type Language = (typeof LANGUAGES)[number]['value'];

/** The language of a tag like `sw-KE`; null for one that is not ours. */
export function languageOf(tag: string | null | undefined): Language | null {
  const spoken = tag?.trim().slice(0, 2).toLowerCase();
  return LANGUAGES.find(({ value }) => value === spoken)?.value ?? null;
}

/**
 * Numbers and dates are written as the company writes them, in the language of the reader: a reader of Swahili in
 * an `en-KE` company reads `sw-KE`. A company of another language than the product's keeps its own.
 */
export function localeOf(company: string, reader: Language): string {
  const [spoken, ...country] = company.split('-');
  return LANGUAGES.some(({ value }) => value === spoken) ? [reader, ...country].join('-') : company;
}

/** Things that a company may call by a word of its own. */
export const TERMS = [
  'order',
  'customer',
  'product',
  'trip',
  'driver',
  'depot',
  'van',
  'invoice',
] as const;
export type Term = (typeof TERMS)[number];

/** One of a thing, and many of it. */
export type Pair = [one: string, many: string];

/** The words of a company by language and thing; what is not there is called as usual. */
export type Terminology = Partial<Record<Language, Partial<Record<string, Pair>>>>;

type Article<Name extends Term> = Name extends 'order' | 'invoice' ? `an_${Name}` : `a_${Name}`;
type Form<Name extends Term> = Name | `${Name}s` | Article<Name>;

/**
 * The parameters of sentences that name such a thing: `{order}`, `{Orders}` at the beginning, `{an_order}` with the
 * article where the language has one.
 */
export type Terms = Record<Form<Term> | Capitalize<Form<Term>>, string>;

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

/** Every form of the words of a company. */
export function formsOf(
  terminology: Terminology,
  language: Language,
  usual: (term: Term) => Pair,
): Terms {
  const own = terminology[language] ?? {};
  return Object.fromEntries(
    TERMS.flatMap((term) => {
      const [one, many] = own[term] ?? usual(term);
      const article = language === 'en' ? (/^[aeiou]/i.test(one) ? 'an ' : 'a ') : '';
      const forms = { [term]: one, [`${term}s`]: many };
      forms[term === 'order' || term === 'invoice' ? `an_${term}` : `a_${term}`] = article + one;
      return Object.entries(forms).flatMap(([form, word]) => [
        [form, word],
        [capital(form), capital(word)],
      ]);
    }),
  ) as Terms;
}
