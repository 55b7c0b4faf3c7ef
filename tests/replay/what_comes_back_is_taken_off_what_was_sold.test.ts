import { expect, test } from 'vitest';
import type { Invoice, Line } from '../../scripts/replay/file.ts';
import { planReturns } from '../../scripts/replay/returns.ts';

let row = 1;
const line = (sku: string, quantity: number, pennies = 100): Line => ({
  row: (row += 1),
  sku,
  name: sku,
  quantity,
  pennies,
});
const invoice = (number: string, ...lines: Line[]): Invoice => ({
  number,
  customer: '50001',
  country: 'UK',
  date: '2010-12-01',
  lines,
});

test('the oldest sale that has some left gives first, and no piece comes back twice', () => {
  const sales = [invoice('1', line('A', 5)), invoice('2', line('B', 1), line('A', 5))];
  const back = [invoice('C3', line('A', 7)), invoice('C4', line('A', 3))];
  const last = invoice('5', line('A', 1));
  const { invoices, returns } = planReturns([...sales, last], back);
  expect(invoices.map(({ number }) => number)).toEqual(['1', '2', '5']);
  expect(returns.map(({ number, items }) => [number, items])).toEqual([
    [
      'C3',
      [
        { invoice: '1', line: 1, quantity: 5 },
        { invoice: '2', line: 2, quantity: 2 },
      ],
    ],
    ['C4', [{ invoice: '2', line: 2, quantity: 3 }]],
  ]);
});

test('what was sold before the file begins stands in an invoice of its own', () => {
  const sales = [invoice('1', line('A', 5, 120))];
  const back = [invoice('C2', line('A', 6, 120), line('A', 1, 90))];
  const { invoices, returns } = planReturns([...sales, invoice('3', line('A', 9, 120))], back);
  expect(invoices[0]).toMatchObject({
    number: 'BEFORE-50001',
    lines: [
      { sku: 'A', quantity: 1, pennies: 120 },
      { sku: 'A', quantity: 1, pennies: 90 },
    ],
  });
  expect(returns).toMatchObject([
    {
      pennies: 810,
      items: [
        { invoice: '1', line: 1, quantity: 5 },
        { invoice: 'BEFORE-50001', line: 1, quantity: 1 },
        { invoice: 'BEFORE-50001', line: 2, quantity: 1 },
      ],
    },
  ]);
});

test('of a part of the file only what comes back within it is taken', () => {
  const sales = [invoice('1', line('A', 5)), invoice('2', line('B', 1))];
  const { returns } = planReturns(sales, [invoice('C3', line('A', 1))]);
  expect(returns).toEqual([]);
});
