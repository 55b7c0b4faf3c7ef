import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readOrderFile, type Invoice } from '../../scripts/replay/file.ts';
import { planCatalogue } from '../../scripts/replay/prices.ts';

function invoice(number: string, customer: string, ...lines: [string, number, number][]): Invoice {
  return {
    number,
    customer,
    country: 'UK',
    date: '2010-12-01',
    lines: lines.map(([sku, quantity, pennies], row) => ({
      row,
      sku,
      name: sku,
      quantity,
      pennies,
    })),
  };
}

test('prices that fall with the quantity become steps of the default list', () => {
  const { defaultSteps, customerSteps, products } = planCatalogue([
    invoice('1', 'a', ['10001', 1, 210], ['10001', 5, 210]),
    invoice('2', 'b', ['10001', 24, 125], ['10001', 96, 65]),
  ]);
  expect(defaultSteps.get('10001')).toEqual([
    { from: 1, pennies: 210 },
    { from: 24, pennies: 125 },
    { from: 96, pennies: 65 },
  ]);
  expect(customerSteps.size).toBe(0);
  expect(products).toHaveLength(1);
});

test('a customer who pays another price for the same quantity has a list of his own', () => {
  const { defaultSteps, customerSteps } = planCatalogue([
    invoice('1', 'a', ['10001', 6, 255]),
    invoice('2', 'b', ['10001', 6, 255]),
    invoice('3', 'c', ['10001', 6, 199]),
  ]);
  expect(defaultSteps.get('10001')).toEqual([{ from: 1, pennies: 255 }]);
  expect([...customerSteps]).toEqual([['c', new Map([['10001', [{ from: 1, pennies: 199 }]]])]]);
});

test('one customer, one quantity, two prices: the rarer one is a product of its own', () => {
  const { orderLines, products } = planCatalogue([
    invoice('1', 'a', ['10001', 6, 255], ['10001', 6, 235], ['10001', 6, 255]),
  ]);
  expect(orderLines.get('1')?.map((line) => line.sku)).toEqual(['10001', '10001@2.35', '10001']);
  expect(products).toContainEqual({ sku: '10001@2.35', name: '10001', basePennies: 235 });
});

test('a product without a description is named after its code', async () => {
  const { invoices } = await readOrderFile(join(import.meta.dirname, 'invoices.csv'));
  const { products } = planCatalogue(invoices);
  expect(products.find((product) => product.sku === '10003A')?.name).toBe('10003A');
});
