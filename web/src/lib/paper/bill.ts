import { receiptOf } from '../billing/tax_receipt.ts';
import type { Json, Tables } from '../database.types.ts';
import { DOCUMENTS } from '../documents.ts';
import type { Language } from '../languages.ts';
import { type Desk, keptBy } from './desk.ts';
import { type Kind, readOne } from './kind.ts';
import { addressee, hasDiscount, inUnits, named, or, taxSums } from './parts.ts';
import type { Sheet, Sum } from './sheet.ts';

type Line = Pick<
  Tables<'invoice_items'>,
  | 'product_sku'
  | 'product_name'
  | 'unit'
  | 'is_deposit'
  | 'is_fee'
  | 'quantity'
  | 'unit_price'
  | 'tax_rate'
  | 'discount_amount'
  | 'line_total'
>;

/** What an invoice and a credit note have in common. */
interface Bill {
  number: string | null;
  status: string;
  currency: string;
  issued_on: string | null;
  subtotal: number;
  deposit_total: number;
  total: number | null;
  printed: Json;
  tax_receipt: Json;
  customers: { name: string; tax_id: string | null; language: Language | null } | null;
}

type Invoice = Bill &
  Pick<
    Tables<'invoices'>,
    'due_on' | 'discount_until' | 'discount_amount' | 'paid_total' | 'balance'
  > & { invoice_taxes: Json; invoice_items: Line[]; orders: { number: string } | null };

type CreditNote = Bill &
  Pick<Tables<'credit_notes'>, 'reason'> & {
    credit_note_taxes: Json;
    credit_note_items: Line[];
    invoices: { number: string | null } | null;
  };

const BILL =
  'number,status,currency,issued_on,subtotal,deposit_total,total,printed,tax_receipt,customers(name,tax_id,language)';
const LINE =
  'product_sku,product_name,unit,is_deposit,is_fee,quantity,unit_price,tax_rate,discount_amount,line_total';

const ofBill = {
  languageOf: (bill: Bill) => bill.customers?.language ?? null,
  currencyOf: (bill: Bill) => bill.currency,
  sellerOf: (bill: Bill) => keptBy(bill)?.seller,
};

/** What the tax authority signed. */
function taxedOf(bill: Bill, { say, dateTime }: Desk): Sheet['taxed'] {
  const receipt = receiptOf(bill.tax_receipt);
  if (receipt === null) return null;
  const { control_unit, number, signed_at, signature, internal_data, link } = receipt;
  return {
    heading: say('tax_receipt'),
    lines: [
      say('tax_receipt_line', {
        control_unit,
        number: String(number),
        signed_at: dateTime(signed_at),
      }),
      say('tax_receipt_signature', { signature, internal_data }),
    ],
    link,
  };
}

function sheetOf(
  bill: Bill,
  lines: Line[],
  taxes: Json,
  desk: Desk,
  { title, total, ...rest }: { title: string; total: string } & Pick<Sheet, 'facts' | 'pays'>,
): Sheet & { sums: Sum[] } {
  const { say, money, amount, day } = desk;
  const isReduced = lines.some(hasDiscount);
  return {
    ...rest,
    title: bill.number ? title : say('draft_title', { title: title.toLowerCase() }),
    number: bill.number ?? '',
    stamp: bill.status === 'void' ? desk.stateName(bill.status) : null,
    to: addressee(say('to'), desk, keptBy(bill), { ...bill.customers }),
    facts: [{ label: say('issued'), value: day(bill.issued_on) }, ...rest.facts],
    tables: [
      {
        columns: [
          { label: say('item') },
          { label: say('quantity'), isFigure: true },
          { label: say('price'), isFigure: true },
          ...(isReduced ? [{ label: say('discount'), isFigure: true }] : []),
          { label: say('tax'), isFigure: true },
          { label: say('amount'), isFigure: true },
        ],
        rows: lines.map((line) => [
          (line.is_deposit ? `${say('deposit')} ` : '') +
            (line.is_fee
              ? line.product_sku === 'INTEREST'
                ? say('interest_on', { what: line.product_name })
                : say('delivery')
              : named(line.product_name, line.product_sku)),
          inUnits(desk, line.quantity, line.unit),
          amount(line.unit_price),
          ...(isReduced ? [amount(line.discount_amount)] : []),
          `${desk.quantity(line.tax_rate)} %`,
          amount(line.line_total),
        ]),
      },
    ],
    sums: [
      { label: say('goods'), value: money(bill.subtotal) },
      ...taxSums(desk, taxes),
      { label: say('deposits'), value: money(bill.deposit_total) },
      { label: total, value: money(bill.total), total: true },
    ],
    taxed: taxedOf(bill, desk),
    binds: true,
  };
}

export const invoice: Kind<Invoice> = {
  ...ofBill,
  read: (door, id) =>
    readOne<Invoice>(
      door,
      `invoices?select=${BILL},due_on,discount_until,discount_amount,paid_total,balance,invoice_taxes,orders(number),invoice_items(${LINE})&invoice_items.order=line_number`,
      id,
    ),
  pageOf: (id) => `${DOCUMENTS.invoice.page}/${id}`,
  write: (bill, desk) => {
    const { say, money, day } = desk;
    const isEarly = bill.discount_until && Number(bill.balance) > 0;
    const sheet = sheetOf(bill, bill.invoice_items, bill.invoice_taxes, desk, {
      title: say('invoice'),
      total: say('total'),
      pays: true,
      facts: [
        { label: say('due'), value: day(bill.due_on) },
        { label: say('order'), value: or(bill.orders?.number) },
        ...(isEarly
          ? [
              {
                label: say('paying_early'),
                value: say('discount_amount_less_when_paid_by_discount', {
                  discount_amount: money(bill.discount_amount),
                  discount_until: day(bill.discount_until),
                }),
              },
            ]
          : []),
      ],
    });
    sheet.sums.push(
      { label: say('paid'), value: money(bill.paid_total) },
      { label: say('to_pay'), value: money(bill.balance), total: true },
    );
    return sheet;
  },
};

export const creditNote: Kind<CreditNote> = {
  ...ofBill,
  read: (door, id) =>
    readOne<CreditNote>(
      door,
      `credit_notes?select=${BILL},reason,credit_note_taxes,invoices(number),credit_note_items(${LINE})&credit_note_items.order=line_number`,
      id,
    ),
  pageOf: (id) => `${DOCUMENTS.credit_note.page}/${id}`,
  write: (note, desk) =>
    sheetOf(note, note.credit_note_items, note.credit_note_taxes, desk, {
      title: desk.say('credit_note'),
      total: desk.say('credited'),
      facts: [
        { label: desk.say('for_invoice'), value: or(note.invoices?.number) },
        { label: desk.say('reason'), value: note.reason },
      ],
    }),
};
