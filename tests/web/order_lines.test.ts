import { expect, test } from 'vitest';
import { quantityProblem } from '../../web/src/lib/orders/lines.ts';

test.each([
  [1, ''],
  [0.125, ''],
  [1.1, ''],
  [99_999_999, ''],
  [null, 'Enter a quantity above 0, or remove the line.'],
  [undefined, 'Enter a quantity above 0, or remove the line.'],
  [0, 'Enter a quantity above 0, or remove the line.'],
  [-2, 'Enter a quantity above 0, or remove the line.'],
  [1_000_000_000, 'At most 99,999,999.'],
  [1.0005, 'At most three digits after the point.'],
])('a quantity of %s is marked with "%s"', (quantity, words) => {
  expect(quantityProblem(quantity)).toBe(words);
});
