import { problemWords } from '#lib/fields.ts';
import { quantity as number } from '#lib/platform/format.ts';

const DIGITS = ['Whole numbers only.', '', 'At most two digits after the point.'];

/** Why a number cannot be taken, in the words that the database has for it; empty if it can. */
export function numberProblem(
  value: number,
  limits: { min?: number; max?: number; decimals: number },
): string {
  const { min = -Infinity, max = Infinity, decimals } = limits;
  if (Number.isNaN(value)) return 'This is not a number.';
  if (value < min) return `At least ${number(min)}.`;
  if (value > max) return `At most ${number(max)}.`;
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

/**
 * Why what was typed into a control cannot be sent, empty if it can. The browser's own checks would
 * cut a text that is too long without a word and speak each in its own language.
 */
export function controlProblem(control: Control): string {
  const { validity, dataset, value } = control;
  const longest = Number(dataset.longest ?? Infinity);
  if (validity.badInput) return 'This is not a number.';
  if (validity.valueMissing) return problemWords('required');
  if (validity.customError) return control.validationMessage;
  if (value.length > longest) {
    return `At most ${number(longest)} characters; these are ${number(value.length)}.`;
  }
  if (control.type === 'number' && value !== '') {
    return numberProblem(Number(value), {
      min: limit(control.min),
      max: limit(control.max),
      decimals: Number(dataset.decimals ?? 3),
    });
  }
  if (validity.typeMismatch) return 'This is not an e-mail address.';
  if (validity.tooShort) return `At least ${number(control.minLength ?? 1)} characters.`;
  if (validity.patternMismatch) return control.title || 'This does not have the right form.';
  return '';
}
