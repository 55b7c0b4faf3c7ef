import { readFile } from 'node:fs/promises';
import Papa from 'papaparse';
import { readCode } from '../../web/src/lib/table/codes.ts';
import { findDateOrder, readDate, type DateOrder } from '../../web/src/lib/table/dates.ts';
import {
  findDecimal,
  readNumber,
  type Decimal,
  type Found,
} from '../../web/src/lib/table/numbers.ts';
import { type Row, tableOf } from '../../web/src/lib/table/columns.ts';
import { readSheet } from '../../web/src/lib/table/sheet.ts';

/** One line that can be ordered, or given back. Prices are whole pennies, so that sums are exact. */
export interface Line {
  /** Line number in the file; its first line is 1. */
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
  malformed: 'A field is missing, or its number or date cannot be read.',
  total: 'A line with totals.',
  changed_by_spreadsheet: 'A spreadsheet has shortened a code.',
  not_a_product: 'Postage, discount, bank charge or adjustment booked as a product.',
  quantity_not_positive: 'The quantity is zero or negative.',
  return_not_negative: 'The invoice gives goods back, and the quantity is not negative.',
  price_not_positive: 'The price is zero or negative.',
  price_not_in_pennies: 'The price has fractions of a penny.',
  customer_missing: 'The line names no customer.',
  customer_differs: 'The line names another customer than the invoice does.',
} as const;

export type Reason = keyof typeof REASONS;

export interface Rejected {
  row: number;
  reason: Reason;
  /** A sentence that says what is wrong with this line. */
  detail: string;
  /** By `COLUMNS`. */
  values: string[];
}

export interface OrderFile {
  /** Lines of the file without the header and without blank ones. */
  lineCount: number;
  /** In the order of the file. */
  invoices: Invoice[];
  /** Invoices that give goods back (their numbers begin with C), with what comes back as quantities above zero. */
  returns: Invoice[];
  rejected: Rejected[];
  /** How the file is written: `Windows-1252, semicolon, decimal comma, d/m/y, …`. */
  found: string;
  /** What somebody should look at. */
  notes: string[];
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
] as const;

type Column = (typeof COLUMNS)[number];

/** What is sold has a number, perhaps followed by letters for colour or size; an EAN is one, too. */
const STOCK_CODE = /^\d{3,}[A-Za-z]*$/;
const TOTAL = /^(?:(?:grand |sub)?total|sum|summe|gesamt|jumla)\b/i;

/** Whole pennies of a decimal number, null when it has fractions of a penny. */
function toPennies(number: string): number | null {
  const [units = '', decimals = ''] = number.split('.');
  if (/[1-9]/.test(decimals.slice(2))) return null;
  return Number(units) * 100 + Number(decimals.slice(0, 2).padEnd(2, '0'));
}

interface OrderRow {
  isReturn: boolean;
  invoice: string;
  customer: string;
  country: string;
  date: string;
  line: Line;
}

type Refusal = Omit<Rejected, 'row' | 'values'>;

const refuse = (reason: Reason, detail: string = REASONS[reason]): Refusal => ({ reason, detail });

/** What a whole file has in common. */
interface Form {
  decimal: Decimal;
  dates: DateOrder;
}

function readRow({ line: row, values, misfit }: Row, form: Form): OrderRow | Refusal {
  const cell = (name: Column) => values[name] ?? '';
  const filled = COLUMNS.filter((name) => cell(name) !== '').length;
  if (filled <= COLUMNS.length / 2 && COLUMNS.some((name) => TOTAL.test(cell(name)))) {
    return refuse('total');
  }
  if (misfit !== null) return refuse('malformed', misfit);
  const codes = [cell('InvoiceNo'), cell('StockCode'), cell('CustomerID')].map(readCode);
  const [invoice, product, customer] = codes;
  const lost = codes.find((code) => code.lost !== null)?.lost;
  if (lost) return refuse('changed_by_spreadsheet', `${lost}.`);
  if (!invoice || invoice.code === '') return refuse('malformed', 'InvoiceNo is empty.');
  const read = (name: Column) => readNumber(cell(name), form.decimal);
  const [quantity, price] = [read('Quantity'), read('UnitPrice')];
  const no = (name: Column, what: string) =>
    refuse(
      'malformed',
      cell(name) === '' ? `${name} is empty.` : `${name} "${cell(name)}" ${what}.`,
    );
  if (quantity === null) return no('Quantity', `is not a number with a decimal ${form.decimal}`);
  if (!/^[^.]*(?:\.0*)?$/.test(quantity)) return no('Quantity', 'is not a whole number');
  if (price === null) return no('UnitPrice', `is not a number with a decimal ${form.decimal}`);
  const date = readDate(cell('InvoiceDate'), form.dates);
  if (date === null) return no('InvoiceDate', `is not a day as ${form.dates}`);
  const isReturn = /^C/i.test(invoice.code);
  if (!STOCK_CODE.test(product?.code ?? '')) return refuse('not_a_product');
  if (isReturn && Number(quantity) >= 0) return refuse('return_not_negative');
  if (!isReturn && Number(quantity) <= 0) return refuse('quantity_not_positive');
  if (Number(price) <= 0) return refuse('price_not_positive');
  const pennies = toPennies(price);
  if (pennies === null) return refuse('price_not_in_pennies');
  if (!customer || customer.code === '') return refuse('customer_missing');
  const sku = product?.code ?? '';
  const name = cell('Description').replaceAll(/\s+/g, ' ');
  return {
    isReturn,
    invoice: invoice.code,
    customer: customer.code,
    country: cell('Country'),
    date,
    line: { row, sku, name, quantity: Math.abs(Number(quantity)), pennies },
  };
}

/** What the operator says of a file that does not say it itself. */
export interface FileOptions {
  decimal?: Decimal | undefined;
  dates?: DateOrder | undefined;
}

function decide<T extends string>(said: T | undefined, found: Found<T>, what: string, flags: T[]) {
  if (said === undefined && found.doubt !== null) {
    const ways = flags.map((flag) => `--${what} ${flag}`).join(' or ');
    throw new Error(
      `The ${what} of the file can be read in two ways: ${found.doubt}. Say ${ways}.`,
    );
  }
  return said ?? found.value;
}

/**
 * Sorts the lines of a file into invoices that can be orders, those that give goods back, and lines that cannot be either.
 *
 * @throws {Error} with a sentence, when the file has no such lines or can be read in two ways
 */
export async function readOrders(bytes: Uint8Array, options: FileOptions = {}): Promise<OrderFile> {
  const sheet = await readSheet(bytes, [...COLUMNS]);
  const { rows, unused } = tableOf(sheet, [...COLUMNS]);
  const column = (...names: Column[]) =>
    rows
      .filter((row) => row.misfit === null)
      .flatMap(({ values }) => names.map((name) => values[name] ?? ''));
  const numbers = sheet.isTyped
    ? { value: 'point' as const, doubt: null }
    : findDecimal(column('Quantity', 'UnitPrice'));
  const days = findDateOrder(column('InvoiceDate'));
  const decimal = decide(options.decimal, numbers, 'decimal', ['point', 'comma']);
  const dates = decide(options.dates, days, 'dates', ['d/m/y', 'm/d/y']);
  const form: Form = { decimal: decimal ?? 'point', dates: dates ?? 'd/m/y' };

  const sold = new Map<string, Invoice>();
  const returned = new Map<string, Invoice>();
  const rejected: Rejected[] = [];
  for (const row of rows) {
    const values = COLUMNS.map((name) => row.values[name] ?? '');
    const read = readRow(row, form);
    if ('reason' in read) {
      rejected.push({ row: row.line, values, ...read });
      continue;
    }
    const { isReturn, invoice: number, customer, country, date, line } = read;
    const invoices = isReturn ? returned : sold;
    const invoice = invoices.get(number) ?? { number, customer, country, date, lines: [] };
    if (invoice.customer !== customer) {
      rejected.push({ row: row.line, values, ...refuse('customer_differs') });
      continue;
    }
    invoice.lines.push(line);
    invoices.set(number, invoice);
  }
  return {
    lineCount: rows.length,
    invoices: [...sold.values()],
    returns: [...returned.values()],
    rejected,
    found: [
      sheet.format,
      decimal === null ? 'whole numbers' : `decimal ${decimal}`,
      dates ?? 'y-m-d',
      `header on line ${sheet.headerLine}`,
      `${COLUMNS.length} columns matched`,
      ...(unused.length > 0 ? [`not used: ${unused.join(', ')}`] : []),
    ].join(', '),
    notes: notesOn(rows),
  };
}

/** What a reader should look at, though nothing is wrong with it by itself. */
function notesOn(rows: Row[]): string[] {
  const at = (lines: number[]) =>
    `line${lines.length === 1 ? '' : 's'} ${lines.slice(0, 10).join(', ')}${lines.length > 10 ? ' …' : ''}`;
  const seen = new Set<string>();
  const [twice, changed]: [number[], number[]] = [[], []];
  const codes = new Set<string>();
  for (const { line, values } of rows) {
    const text = JSON.stringify(COLUMNS.map((name) => values[name]));
    if (seen.has(text)) twice.push(line);
    seen.add(text);
    const ofRow = (['InvoiceNo', 'StockCode', 'CustomerID'] as const).map((name) =>
      readCode(values[name] ?? ''),
    );
    if (ofRow.some((code) => code.wasChanged)) changed.push(line);
    codes.add(ofRow[1]?.code ?? '');
  }
  const shortened = [...codes].filter(
    (code) => /^0\d/.test(code) && codes.has(code.replace(/^0+/, '')),
  );
  return [
    ...(twice.length > 0
      ? [
          `${twice.length} ${twice.length === 1 ? 'says what an earlier line says, and is' : 'say what an earlier line says, and are'} carried as well: ${at(twice)}`,
        ]
      : []),
    ...(changed.length > 0
      ? [
          `${changed.length} ${changed.length === 1 ? 'has' : 'have'} a code that a spreadsheet made a number (13047.0 is 13047): ${at(changed)}`,
        ]
      : []),
    ...(shortened.length > 0
      ? [
          `codes with and without leading zeros are two products: ${shortened.slice(0, 10).join(', ')}`,
        ]
      : []),
  ];
}

export async function readOrderFile(path: string, options?: FileOptions): Promise<OrderFile> {
  return readOrders(await readFile(path), options);
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
    data: rejected.map(({ row, reason, detail, values }) => [
      row,
      reason,
      detail,
      ...values.map(safe),
    ]),
  })}\n`;
}
