import { problemWords } from '#lib/fields.ts';
import { numberProblem } from '#lib/ui/validity.ts';

/** The most that a line may ask for, in base units. */
export const MOST = 99_999_999;

/** Why a typed quantity cannot be ordered, in the words of the database's own check; empty if it can. */
export function quantityProblem(quantity: number | null | undefined): string {
  if (!(Number(quantity) > 0)) return problemWords('quantity_not_positive');
  return numberProblem(Number(quantity), { max: MOST, decimals: 3 });
}
