import { LABELS } from '#lib/labels.ts';
import { terms } from '#lib/words.ts';
import { DASH } from './format.ts';

const LABEL = new Map(Object.entries(LABELS));

/** A word of the database as people read it: `pending_approval` as "Pending approval", `order.approved` as "Order approved". */
export function label(value: string | null | undefined): string {
  if (!value) return DASH;
  const known = LABEL.get(value);
  if (known) return known(terms);
  const [first = '', ...rest] = value.split('.');
  if (rest.length > 0) return [label(first), ...rest.map(noun)].join(' ');
  const words = value.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The same in the middle of a sentence. */
export function noun(value: string | null | undefined): string {
  return label(value).toLowerCase();
}

/** Values of an enum, or states of a document, as a field or a filter offers them. */
export function choices<Value extends string>(
  values: readonly Value[],
): { value: Value; label: string }[] {
  return values.map((value) => ({ value, label: label(value) }));
}
