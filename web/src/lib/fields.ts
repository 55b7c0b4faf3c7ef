import { listOf, quantity, unitOf } from '#lib/platform/format.ts';
import { m, terms } from '#lib/first_words.ts';

/** Why one line of a document was refused, by the database's word for it. */
const PROBLEMS = {
  required: m.this_is_needed(),
  product_unknown: m.this_product_is_not_known(terms),
  product_is_a_bundle: m.a_bundle_is_sold_by_its_parts_here(),
  product_inactive: m.this_product_is_no_longer_sold(terms),
  bundle_without_parts: m.this_bundle_has_no_parts_yet(),
  part_inactive: m.a_part_of_this_bundle_is_no_longer(),
  product_twice: m.this_product_is_there_twice_in_the(terms),
  pack_unknown: m.this_pack_is_not_known_any_more(),
  condition_unknown: m.this_condition_is_not_known(),
  quantity_missing: m.enter_a_quantity_above_0_or_remove(),
  quantity_not_positive: m.enter_a_quantity_above_0_or_remove(),
  quantity_negative: m.a_quantity_below_0_is_not_possible(),
  quantity_too_large: m.at_most_99_999_999(),
  quantity_has_more_than_three_decimals: m.at_most_three_digits_after_the_point(),
  quantity_below_minimum: m.this_is_less_than_one_order_has(terms),
  quantity_above_maximum: m.this_is_more_than_one_order_has(terms),
  quantity_not_a_multiple: m.this_is_not_ordered_in_such_quantities(),
  quantity_not_whole: m.there_are_no_parts_of_this_unit(),
} as const;

/** Errors whose details say at each field what is needed; those of others repeat the values refused. */
const SAYS_WHAT_IS_NEEDED = new Set(['input_invalid', 'lines_invalid']);

/** A word or a half sentence of the database as a sentence. */
export function problemWords(problem: string): string {
  const text = problem.replaceAll('_', ' ');
  return (
    (PROBLEMS as Record<string, string>)[problem] ??
    `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
  );
}

/** Where another quantity would do: the nearest ones, in the unit of the product. */
function nearest(line: unknown): string {
  const { allowed = [], unit = '' } = line as { allowed?: number[]; unit?: string };
  const last = allowed.at(-1);
  return last === undefined
    ? ''
    : ` ${m.enter_allowed_last({ allowed: listOf(allowed.map(quantity)), last: unitOf(last, unit) })}`;
}

/** What tells a line from the others: its place in what was sent, else the row or product it is about. */
function lineName(line: unknown): string | undefined {
  if (typeof line === 'string') return line;
  if (typeof line !== 'object' || line === null) return undefined;
  const parts = line as Record<string, unknown>;
  if (parts.line !== undefined) return String(parts.line);
  const row = Object.entries(parts).find(([name]) => name.endsWith('_id'))?.[1];
  if (row === undefined) return undefined;
  return [row, parts.condition].filter(Boolean).join('.');
}

/**
 * The sentence for each field that the details of an error name. A field has the name of the argument
 * or column; a line of a list is `items.3`, `items.<id>` or `items.<id>.<condition>`. Details name
 * other things, too: only a form knows which of them it shows.
 */
export function fieldsOf(
  key: string,
  details: Record<string, unknown>,
  sentence: string,
): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries(details)) {
    if (!Array.isArray(value)) {
      const isSaid = SAYS_WHAT_IS_NEEDED.has(key) && typeof value === 'string';
      fields[name] = isSaid ? problemWords(value) : sentence;
      continue;
    }
    for (const line of value as unknown[]) {
      const which = lineName(line);
      const problem = (line as { problem?: unknown } | null)?.problem;
      if (which === undefined) fields[name] = sentence;
      else
        fields[`${name}.${which}`] = problem
          ? problemWords(String(problem)) + nearest(line)
          : sentence;
    }
  }
  return fields;
}
