import { findDateOrder, readDate, type DateOrder } from '#lib/table/dates.ts';
import { findDecimal, readNumber, type Decimal } from '#lib/table/numbers.ts';
import { type Row, type Table, tableOf } from '#lib/table/columns.ts';
import type { Sheet } from '#lib/table/sheet.ts';
import { m } from '#lib/words.ts';

/** Money that came in, as `import_statement_lines` takes it. */
export interface ToldLine {
  reference: string;
  /** Company's currency, with a decimal point. */
  amount: string;
  /** ISO 8601 */
  posted_at: string;
  paid_by: string | null;
  paid_from: string | null;
  bill_reference: string | null;
}

export interface StatementFile {
  lines: ToldLine[];
  /** Money that went out, and transactions that did not happen. */
  skipped: number;
  /** Lines of the file that cannot be read, and why. */
  rejected: { line: number; why: string }[];
  /** How the file is written: `M-Pesa, CSV, UTF-8, comma, decimal point, d/m/y`. */
  found: string;
  /** What has to be said by somebody, because the file can be read in two ways. */
  doubts: { dates: string | null; decimal: string | null };
}

export interface Told {
  dates?: DateOrder;
  decimal?: Decimal;
}

/** Which columns of a statement say what; the first that fits the header is taken. */
interface Layout {
  name: string;
  reference: string;
  posted: string;
  amount: string;
  status?: string;
  payer?: string;
  phone?: string;
  account?: string;
  /** Where payer and account stand in one text when they have no columns of their own. */
  details?: string;
}

/** What Safaricom exports for an organisation, and what banks call the same things. */
const LAYOUTS: Layout[] = [
  {
    name: 'M-Pesa',
    reference: 'Receipt No.',
    posted: 'Completion Time',
    amount: 'Paid In',
    status: 'Transaction Status',
    payer: 'Other Party Info',
    account: 'A/C No.',
    details: 'Details',
  },
  ...['Credit', 'Money In', 'Paid In', 'Amount'].flatMap((amount) =>
    ['Reference', 'Transaction Reference', 'Transaction ID', 'Ref'].flatMap((reference) =>
      ['Date', 'Transaction Date', 'Value Date', 'Posted'].map((posted) => ({
        name: 'Bank',
        reference,
        posted,
        amount,
        payer: 'Name',
        phone: 'Phone',
        account: 'Account',
      })),
    ),
  ),
];

const columnsOf = ({ reference, posted, amount }: Layout) => [reference, posted, amount];
const othersOf = ({ status, payer, phone, account, details }: Layout) =>
  [status, payer, phone, account, details].filter((name) => name !== undefined);

/** Every name that a column of a statement may have, for finding its header. */
export const STATEMENT_NAMES = LAYOUTS.flatMap((layout) => [
  ...columnsOf(layout),
  ...othersOf(layout),
]);

/**
 * Reads what came in out of a statement, whatever program has made the file.
 *
 * @param momentOf the moment of a day (`2026-11-20`) and a time (`07:00:00`) where the company is
 * @throws {Error} with a sentence, when it is no statement
 */
export function readStatement(
  sheet: Sheet,
  momentOf: (day: string, time: string) => string,
  told: Told = {},
): StatementFile {
  const { layout, table } = findLayout(sheet);
  const rows = withoutBreaks(table.rows, layout);
  const incoming = rows.filter((row) => isMoneyIn(row, layout));
  const texts = (column: string) => incoming.map((row) => row.values[column] ?? '').filter(Boolean);
  const dates = findDateOrder(texts(layout.posted));
  const decimal = sheet.isTyped
    ? { value: 'point' as const, doubt: null }
    : findDecimal(texts(layout.amount));
  const order = told.dates ?? dates.value ?? 'd/m/y';
  const sign = told.decimal ?? decimal.value ?? 'point';
  const lines: ToldLine[] = [];
  const rejected: StatementFile['rejected'] = [];
  for (const row of incoming) {
    const line = readLine(row, layout, { order, sign, momentOf });
    if (typeof line === 'string') rejected.push({ line: row.line, why: line });
    else lines.push(line);
  }
  return {
    lines,
    skipped: rows.length - incoming.length,
    rejected,
    found: [layout.name, sheet.format, `decimal ${sign}`, order].join(', '),
    doubts: {
      dates: told.dates === undefined ? dates.doubt : null,
      decimal: told.decimal === undefined ? decimal.doubt : null,
    },
  };
}

function findLayout(sheet: Sheet): { layout: Layout; table: Table } {
  let problem: unknown;
  for (const layout of LAYOUTS) {
    try {
      return { layout, table: tableOf(sheet, columnsOf(layout), othersOf(layout)) };
    } catch (cause) {
      problem ??= cause;
    }
  }
  throw problem;
}

/** A PDF breaks long details over lines; made into a table, each break is a row with nothing else in it. */
function withoutBreaks(rows: Row[], { details, reference, posted, amount }: Layout): Row[] {
  if (details === undefined) return rows;
  const whole: Row[] = [];
  for (const row of rows) {
    const before = whole.at(-1);
    const text = row.values[details] ?? '';
    const isRest =
      text !== '' && [reference, posted, amount].every((name) => (row.values[name] ?? '') === '');
    if (isRest && before) {
      const begun = before.values[details] ?? '';
      // "INV-" and "000012" are one word.
      const between = /\S-$/.test(begun) ? '' : ' ';
      before.values = { ...before.values, [details]: `${begun}${between}${text}` };
    } else whole.push({ ...row });
  }
  return whole;
}

/** Charges, withdrawals and what was not completed are no money that came in. */
function isMoneyIn({ values }: Row, layout: Layout): boolean {
  const amount = values[layout.amount] ?? '';
  const status = layout.status === undefined ? '' : (values[layout.status] ?? '');
  return /[1-9]/.test(amount) && !/^\s*[-−(]/.test(amount) && /^(|completed)$/i.test(status);
}

function readLine(
  { values, misfit }: Row,
  layout: Layout,
  how: { order: DateOrder; sign: Decimal; momentOf: (day: string, time: string) => string },
): ToldLine | string {
  if (misfit !== null) return misfit;
  const reference = values[layout.reference] ?? '';
  if (!/[\p{L}\p{N}]/u.test(reference))
    return m.reference_is_missing({ reference: layout.reference });
  const amount = readNumber(values[layout.amount] ?? '', how.sign);
  if (amount === null || !/^\d+(\.\d{1,2}0*)?$/.test(amount)) {
    return m.amount_values_is_no_amount({
      amount: layout.amount,
      values: values[layout.amount] ?? '',
    });
  }
  const posted = values[layout.posted] ?? '';
  const day = readDate(posted, how.order);
  if (day === null)
    return m.posted_posted_2_is_no_date({ posted: layout.posted, posted_2: posted });
  const details = detailsOf(values[layout.details ?? ''] ?? '');
  const payer = values[layout.payer ?? ''] || details.payer;
  // "254711000102 - JANE WANJIRU", with stars in the middle of the number at times.
  const [, number, name] = /^\+?(\d[\d*]{5,14})\s*-\s*(.*)$/.exec(payer) ?? [];
  return {
    reference,
    amount,
    posted_at: how.momentOf(day, timeOf(posted)),
    paid_by: (name ?? payer) || null,
    paid_from: number ?? (values[layout.phone ?? ''] || null),
    bill_reference: values[layout.account ?? ''] || details.account || null,
  };
}

/**
 * What a PDF of M-Pesa has in one text: "Pay Bill from 2547*****102 - JANE WANJIRU Acc. INV-12", and without
 * an account "Funds received from - 0711000102 JANE WANJIRU".
 */
function detailsOf(text: string): { payer: string; account: string } {
  const [, from = '', account = ''] =
    /\bfrom\s+(.*?)(?:\s+acc(?:ount)?\b\.?(?:\s*no\.?)?\s*:?\s*(.*))?$/i.exec(
      text.replaceAll(/\s+/g, ' ').trim(),
    ) ?? [];
  const [, number, name] = /^(?:-\s*)?\+?(\d[\d*]{5,14})(?:\s*-)?\s*(.*)$/.exec(from) ?? [];
  return { payer: number === undefined ? from : `${number} - ${name}`, account };
}

/** `21:45:13`; midnight where only the day is told. */
function timeOf(text: string): string {
  const [, hours, minutes, seconds, half] =
    /(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?\s*([ap]m)?/i.exec(text) ?? [];
  if (hours === undefined) return '00:00:00';
  const late =
    half === undefined ? 0 : (half.toLowerCase() === 'pm' ? 12 : 0) - (hours === '12' ? 12 : 0);
  return `${String(Number(hours) + late).padStart(2, '0')}:${minutes}:${seconds ?? '00'}`;
}
