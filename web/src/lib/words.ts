import type { m as Sentences } from '#lib/paraglide/messages.js';
import { type Language, language } from './first_words.ts';

export {
  language,
  LANGUAGES,
  speak,
  takeWords,
  terms,
  TERMS,
  termsOf,
  usualWords,
} from './first_words.ts';
export type { Language, Pair, Terminology, Terms } from './first_words.ts';

/** All sentences, in a file for each language. */
const CATALOGUES: Record<Language, () => Promise<unknown>> = {
  en: () => import('#lib/catalogues/messages/en.js'),
  sw: () => import('#lib/catalogues/messages/sw.js'),
};

/** Every sentence of the portal, in the language of the reader: `m.nothing_found()`. */
export const m = (await CATALOGUES[language]()) as typeof Sentences;
