import { problemWords } from '#lib/fields.ts';
import { quantity as number } from '#lib/platform/format.ts';
import { m } from '#lib/first_words.ts';

const DIGITS = [m.whole_numbers_only(), '', m.at_most_two_digits_after_the_point()];

interface Limits {
  min?: number;
  max?: number;
  decimals: number;
}

/** Why a number cannot be taken, in the words that the database has for it; empty if it can. */
export function numberProblem(value: number, { min = -Infinity, ...most }: Limits): string {
  if (Number.isNaN(value)) return m.this_is_not_a_number();
  return value < min ? m.at_least_min({ min: number(min) }) : numberExcess(value, most);
}

function numberExcess(value: number, { max = Infinity, decimals }: Limits): string {
  if (value > max) return m.at_most_max({ max: number(max) });
  const scaled = Math.abs(value) * 10 ** decimals;
  if (Math.abs(scaled - Math.round(scaled)) <= 1e-6 * 10 ** decimals) return '';
  return DIGITS[decimals] || problemWords('quantity_has_more_than_three_decimals');
}

/** The parts of a form control that are looked at. */
export interface Control {
  type: string;
  value: string;
  min?: string;
  max?: string;
  minLength?: number;
  title?: string;
  dataset: { decimals?: string; longest?: string };
  validity: Pick<
    ValidityState,
    'badInput' | 'customError' | 'patternMismatch' | 'tooShort' | 'typeMismatch' | 'valueMissing'
  >;
  validationMessage: string;
}

const limit = (text: string | undefined) => (text ? Number(text) : undefined);

/** What typing on would not mend, and is told while somebody types: too long, too large, too fine. */
export function controlExcess({ type, value, max, dataset }: Control): string {
  const longest = Number(dataset.longest ?? Infinity);
  if (value.length > longest) {
    return m.at_most_longest_characters_these_are_count({
      longest: number(longest),
      count: number(value.length),
    });
  }
  if (type !== 'number' || value === '') return '';
  return numberExcess(Number(value), { max: limit(max), decimals: Number(dataset.decimals ?? 3) });
}

/**
 * Why what was typed into a control cannot be sent, empty if it can. The browser's own checks would
 * cut a text that is too long without a word and speak each in its own language.
 */
export function controlProblem(control: Control): string {
  const { validity, type, value, min } = control;
  if (validity.badInput) return m.this_is_not_a_number();
  if (validity.valueMissing) return problemWords('required');
  if (validity.customError) return control.validationMessage;
  if (type === 'number' && value !== '' && min && Number(value) < Number(min)) {
    return m.at_least_min({ min: number(min) });
  }
  const excess = controlExcess(control);
  if (excess) return excess;
  if (validity.typeMismatch) return m.this_is_not_an_e_mail_address();
  if (validity.tooShort)
    return m.at_least_min_length_characters({ min_length: number(control.minLength ?? 1) });
  if (validity.patternMismatch) return control.title || m.this_does_not_have_the_right_form();
  return '';
}
