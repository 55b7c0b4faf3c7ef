import { quantity, unitOf } from '#lib/platform/format.ts';

/** Why one line of a document was refused, by the database's word for it. */
const PROBLEMS = {
  required: 'This is needed.',
  product_unknown: 'This product is not known.',
  product_inactive: 'This product is no longer sold.',
  product_twice: 'This product is there twice in the same condition.',
  pack_unknown: 'This pack is not known any more.',
  condition_unknown: 'This condition is not known.',
  quantity_missing: 'Enter a quantity above 0, or remove the line.',
  quantity_not_positive: 'Enter a quantity above 0, or remove the line.',
  quantity_negative: 'A quantity below 0 is not possible here.',
  quantity_too_large: 'At most 99,999,999.',
  quantity_has_more_than_three_decimals: 'At most three digits after the point.',
  quantity_below_minimum: 'This is less than one order has of it.',
  quantity_above_maximum: 'This is more than one order has of it.',
  quantity_not_a_multiple: 'This is not ordered in such quantities.',
  quantity_not_whole: 'There are no parts of this unit.',
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
    : ` Enter ${allowed.map(quantity).join(' or ')} ${unitOf(last, unit)}.`;
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
