import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  invoiceTotal,
  readOrderFile,
  readOrders as readBytes,
  rejectedAsCsv,
} from '../../scripts/replay/file.ts';

const HEADER = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country';
const readOrders = (text: string) => readBytes(new TextEncoder().encode(text));
const fixture = () => readOrderFile(join(import.meta.dirname, 'invoices.csv'));

test('every line of the file is in an invoice, given back by one, or rejected with a reason', async () => {
  const { lineCount, invoices, returns, rejected } = await fixture();
  expect(invoices.map((invoice) => [invoice.number, invoice.lines.length])).toEqual([
    ['900001', 3],
    ['900002', 2],
    ['900007', 1],
    ['900008', 1],
    ['900009', 2],
    ['900014', 1],
  ]);
  expect(returns.map(({ number, lines }) => [number, lines.map((line) => line.quantity)])).toEqual([
    ['C900003', [6]],
    ['C900013', [4]],
  ]);
  expect(rejected.map(({ row, reason }) => [row, reason])).toEqual([
    [5, 'not_a_product'],
    [9, 'customer_missing'],
    [10, 'price_not_positive'],
    [11, 'quantity_not_positive'],
    [16, 'malformed'],
    [17, 'malformed'],
    [18, 'price_not_in_pennies'],
  ]);
  const carried = [...invoices, ...returns].reduce((sum, invoice) => sum + invoice.lines.length, 0);
  expect(carried + rejected.length).toBe(lineCount);
});

test('totals are counted in whole pennies', async () => {
  const { invoices } = await fixture();
  expect(invoices.map(invoiceTotal)).toEqual([3270, 11_100, 1975, 2050, 2940, 85]);
});

test('a return gives back what is negative, and nothing else', async () => {
  const { returns, rejected } = await readOrders(
    `${HEADER}\nC1,10001,MUG,-2,13/12/2010,1,50001,UK\nC1,10001,MUG,2,13/12/2010,1,50001,UK\n`,
  );
  expect(returns).toMatchObject([{ number: 'C1', lines: [{ row: 2, quantity: 2 }] }]);
  expect(rejected).toMatchObject([{ row: 3, reason: 'return_not_negative' }]);
});

test('a line that names another customer than its invoice is rejected', async () => {
  const { invoices, rejected } = await readOrders(
    `${HEADER}\n1,10001,MUG,1,13/12/2010,1,50001,UK\n1,10001,MUG,1,13/12/2010,1,50002,UK\n`,
  );
  expect(invoices[0]?.lines).toHaveLength(1);
  expect(rejected).toMatchObject([{ row: 3, reason: 'customer_differs' }]);
});

test('a file with a byte order mark and Windows line ends is read', async () => {
  const { invoices } = await readOrders(
    `\uFEFF${HEADER}\r\n1,10001,MUG,2,13/12/2010 8:26,1.5,50001,UK\r\n`,
  );
  expect(invoices).toMatchObject([
    { number: '1', date: '2010-12-13', lines: [{ quantity: 2, pennies: 150 }] },
  ]);
});

test('a file with other columns is refused with the columns that are needed', async () => {
  await expect(readOrders('a,b\n1,2\n')).rejects.toThrow(
    'The header has to name InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country; none of them',
  );
});

test('the list of rejected lines shows place, reason and the line itself, with formulas as text', async () => {
  const { rejected } = await readOrders(`${HEADER}\n1,10001,=1+1,1,13/12/2010,1,,UK\n`);
  expect(rejectedAsCsv(rejected)).toBe(
    `Line,Reason,Explanation,${HEADER}\r\n2,customer_missing,The line names no customer.,1,10001,'=1+1,1,13/12/2010,1,,UK\n`,
  );
});
