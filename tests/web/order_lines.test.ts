import { expect, test } from 'vitest';
import { lineProblems, quantityProblem } from '../../web/src/lib/orders/lines.ts';

test.each([
  [1, ''],
  [0.125, ''],
  [1.1, ''],
  [99_999_999, ''],
  [null, 'Enter a quantity above 0, or remove the line.'],
  [undefined, 'Enter a quantity above 0, or remove the line.'],
  [0, 'Enter a quantity above 0, or remove the line.'],
  [-2, 'Enter a quantity above 0, or remove the line.'],
  [1_000_000_000, 'This is more than one order can hold: at most 99,999,999.'],
  [1.0005, 'At most three digits after the point.'],
])('a quantity of %s is marked with "%s"', (quantity, words) => {
  expect(quantityProblem(quantity)).toBe(words);
});

test('what the database refused stands at the line that it named', () => {
  const problems = lineProblems({
    lines: [
      { line: 2, name: 'Cola', problem: 'product_inactive' },
      { line: 3, problem: 'something_new' },
    ],
  });
  expect([...problems]).toEqual([
    [2, 'This product is no longer sold.'],
    [3, 'This line cannot be ordered.'],
  ]);
  expect(lineProblems({ lines: 'an array of 1 to 500 lines is needed' }).size).toBe(0);
});

test('where another quantity would do, the nearest ones are named', () => {
  const problems = lineProblems({
    lines: [
      { line: 1, problem: 'quantity_not_a_multiple', allowed: [10, 15], unit: 'crate' },
      { line: 2, problem: 'quantity_below_minimum', allowed: [1], unit: 'crate' },
    ],
  });
  expect([...problems.values()]).toEqual([
    'This is not ordered in such quantities. Enter 10 or 15 crates.',
    'This is less than one order has of it. Enter 1 crate.',
  ]);
});
