import { readFile } from 'node:fs/promises';
import Papa from 'papaparse';

/** One line that can be ordered. Prices are whole pennies, so that sums are exact. */
export interface Line {
  /** Line number in the file, the header is 1. */
  row: number;
  sku: string;
  name: string;
  quantity: number;
  pennies: number;
}

export interface Invoice {
  number: string;
  customer: string;
  country: string;
  /** YYYY-MM-DD */
  date: string;
  lines: Line[];
}

/** Why a line cannot be part of an order. */
export const REASONS = {
  malformed: 'The line does not have the eight columns, or its numbers or its date cannot be read.',
  cancellation: 'The invoice is a cancellation of another one.',
  not_a_product: 'Postage, discount, bank charge or adjustment booked as a product.',
  quantity_not_positive: 'The quantity is zero or negative.',
  price_not_positive: 'The price is zero or negative.',
  price_not_in_pennies: 'The price has fractions of a penny.',
  customer_missing: 'The line names no customer.',
  customer_differs: 'The line names another customer than the invoice does.',
} as const;

export type Reason = keyof typeof REASONS;

export interface Rejected {
  row: number;
  reason: Reason;
  values: string[];
}

export interface OrderFile {
  /** Lines of the file without the header. */
  lineCount: number;
  /** In the order of the file. */
  invoices: Invoice[];
  rejected: Rejected[];
}

export const COLUMNS = [
  'InvoiceNo',
  'StockCode',
  'Description',
  'Quantity',
  'InvoiceDate',
  'UnitPrice',
  'CustomerID',
  'Country',
];

/** Everything that is sold has five digits, perhaps followed by letters for colour or size. */
const STOCK_CODE = /^\d{5}[A-Za-z]*$/;

/** Whole pennies of a decimal number, null when it has fractions of a penny. */
function toPennies(text: string): number | null {
  const [, units, decimals = ''] = /^(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (units === undefined || /[1-9]/.test(decimals.slice(2))) return null;
  return Number(units) * 100 + Number(decimals.slice(0, 2).padEnd(2, '0'));
}

/** YYYY-MM-DD of day/month/year with or without a time, null when there is no such day. */
function toDate(text: string): string | null {
  const [, day, month, year] = /^(\d{1,2})\/(\d{1,2})\/(\d{4})( \d{1,2}:\d{2})?$/.exec(text) ?? [];
  if (day === undefined || month === undefined || year === undefined) return null;
  const iso = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const date = new Date(`${iso}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso) ? iso : null;
}

interface Row {
  invoice: string;
  customer: string;
  country: string;
  date: string;
  line: Line;
}

function readRow(row: number, values: string[]): Row | Reason {
  const [invoice, code, description, quantity, invoiceDate, price, customer, country] = values.map(
    (value) => value.trim(),
  );
  if (
    values.length !== COLUMNS.length ||
    !invoice ||
    !/^-?\d+$/.test(quantity ?? '') ||
    !/^-?\d+(\.\d+)?$/.test(price ?? '')
  ) {
    return 'malformed';
  }
  const date = toDate(invoiceDate ?? '');
  if (date === null) return 'malformed';
  if (/^C/i.test(invoice)) return 'cancellation';
  if (!STOCK_CODE.test(code ?? '')) return 'not_a_product';
  if (Number(quantity) <= 0) return 'quantity_not_positive';
  if (Number(price) <= 0) return 'price_not_positive';
  const pennies = toPennies(price ?? '');
  if (pennies === null) return 'price_not_in_pennies';
  if (!customer) return 'customer_missing';
  const line = {
    row,
    sku: code ?? '',
    name: description ?? '',
    quantity: Number(quantity),
    pennies,
  };
  return { invoice, customer, country: country ?? '', date, line };
}

/** Sorts the lines of a file into invoices that can be orders and lines that cannot. */
export function readOrders(text: string): OrderFile {
  const { data } = Papa.parse<string[]>(text, { skipEmptyLines: true });
  const [header = [], ...rows] = data;
  if (header.join() !== COLUMNS.join()) {
    throw new Error(
      `The first line has to be ${COLUMNS.join(',')}; it is ${header.join().slice(0, 200)}.`,
    );
  }
  const invoices = new Map<string, Invoice>();
  const rejected: Rejected[] = [];
  for (const [index, values] of rows.entries()) {
    const row = index + 2;
    const read = readRow(row, values);
    if (typeof read === 'string') {
      rejected.push({ row, reason: read, values });
      continue;
    }
    const { invoice: number, customer, country, date, line } = read;
    const invoice = invoices.get(number) ?? { number, customer, country, date, lines: [] };
    if (invoice.customer !== customer) {
      rejected.push({ row, reason: 'customer_differs', values });
      continue;
    }
    invoice.lines.push(line);
    invoices.set(number, invoice);
  }
  return { lineCount: rows.length, invoices: [...invoices.values()], rejected };
}

export async function readOrderFile(path: string): Promise<OrderFile> {
  return readOrders(await readFile(path, 'utf8'));
}

export function invoiceTotal(invoice: Invoice): number {
  return invoice.lines.reduce((sum, line) => sum + line.quantity * line.pennies, 0);
}

/** The rejected lines as CSV, each with its place and reason in front. */
export function rejectedAsCsv(rejected: Rejected[]): string {
  // What a spreadsheet would run as a formula is written as text.
  const safe = (value: string) => (/^[=+@\t\r]|^-(?!\d)/.test(value) ? `'${value}` : value);
  return `${Papa.unparse({
    fields: ['Line', 'Reason', 'Explanation', ...COLUMNS],
    data: rejected.map(({ row, reason, values }) => [
      row,
      reason,
      REASONS[reason],
      ...values.map(safe),
    ]),
  })}\n`;
}
