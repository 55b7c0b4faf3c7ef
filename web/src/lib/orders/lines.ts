import { quantity as shown, unitOf } from '#lib/platform/format.ts';

/** The most that a line may ask for, in base units. */
const MOST = 99_999_999;

const WORDS: Record<string, string> = {
  product_unknown: 'This product is not known.',
  pack_unknown: 'This pack is not known any more.',
  product_inactive: 'This product is no longer sold.',
  quantity_not_positive: 'Enter a quantity above 0, or remove the line.',
  quantity_too_large: 'This is more than one order can hold: at most 99,999,999.',
  quantity_has_more_than_three_decimals: 'At most three digits after the point.',
  quantity_below_minimum: 'This is less than one order has of it.',
  quantity_above_maximum: 'This is more than one order has of it.',
  quantity_not_a_multiple: 'This is not ordered in such quantities.',
  quantity_not_whole: 'This is not ordered in parts.',
};

/** Why a typed quantity cannot be ordered, in the words of the database's own check; empty if it can. */
export function quantityProblem(quantity: number | null | undefined): string {
  const key =
    quantity === null || quantity === undefined || !(quantity > 0)
      ? 'quantity_not_positive'
      : quantity > MOST
        ? 'quantity_too_large'
        : Math.abs(quantity * 1000 - Math.round(quantity * 1000)) > 1e-6
          ? 'quantity_has_more_than_three_decimals'
          : '';
  return WORDS[key] ?? '';
}

interface Refused {
  line?: unknown;
  problem?: unknown;
  /** The nearest quantities, in the unit, that can be ordered. */
  allowed?: number[];
  unit?: string;
}

/** What the database found wrong, by the number of the line (from 1), of an error `lines_invalid`. */
export function lineProblems(details: Record<string, unknown>): Map<number, string> {
  const lines = Array.isArray(details.lines) ? (details.lines as Refused[]) : [];
  return new Map(
    lines.map(({ line, problem, allowed = [], unit = '' }) => {
      const words = WORDS[String(problem)] ?? 'This line cannot be ordered.';
      const last = allowed.at(-1);
      return [
        Number(line),
        last === undefined
          ? words
          : `${words} Enter ${allowed.map(shown).join(' or ')} ${unitOf(last, unit)}.`,
      ];
    }),
  );
}
