import en from '../../../messages/en.json' with { type: 'json' };
import sw from '../../../messages/sw.json' with { type: 'json' };
import { formsOf, type Language, type Term, type Terminology, type Terms } from '../languages.ts';
import { unitInEnglish, type Value } from '../platform/formats.ts';

type Texts = typeof en;
/** A sentence of `messages/` without a plural. */
type Sentence = {
  [Key in keyof Texts]: Texts[Key] extends string ? Key : never;
}[keyof Texts];

const TEXTS: Record<Language, Record<string, unknown>> = { en, sw };

/** What papers say, in the language of whoever they are for and in the words of the company. */
export interface Words {
  /** A sentence by its key; the things that companies name are filled in. */
  say(sentence: Sentence, given?: Record<string, string>): string;
  /** A state as people read it. */
  stateName(state: string): string;
  /** A unit as it is said of so many. */
  unitOf(value: Value, unit: string | null | undefined): string;
}

/** The portal's sentences as papers need them: in any language, and outside the portal. */
export function wordsIn(language: Language, terminology: Terminology): Words {
  const textOf = (key: string): string | null => {
    const text = TEXTS[language][key];
    return typeof text === 'string' ? text : null;
  };
  const usual = (term: Term): [string, string] => [
    textOf(`term_${term}`) ?? term,
    textOf(`term_${term}s`) ?? term,
  ];
  const terms: Terms = formsOf(terminology, language, usual);
  const fill = (text: string, given: Record<string, string>) =>
    text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => given[name] ?? whole);
  return {
    say: (sentence, given = {}) => fill(textOf(sentence) ?? sentence, { ...terms, ...given }),
    stateName: (state) => fill(textOf(`label_${state}`) ?? state, terms),
    unitOf: (value, unit) => {
      if (!unit) return '';
      if (language === 'en') return unitInEnglish(value, unit);
      return textOf(`unit_${unit.toLowerCase()}`) ?? unit;
    },
  };
}
