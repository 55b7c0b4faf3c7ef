import type { Tables } from '../database.types.ts';
import { DOCUMENTS } from '../documents.ts';
import type { Language } from '../languages.ts';
import { type Desk, keptBy } from './desk.ts';
import { type Kind, readOne } from './kind.ts';
import { addressee } from './parts.ts';

type Payment = Pick<
  Tables<'payments'>,
  | 'number'
  | 'status'
  | 'currency'
  | 'method'
  | 'amount'
  | 'unallocated'
  | 'refunded_total'
  | 'reference'
  | 'received_at'
  | 'approved_at'
  | 'status_reason'
  | 'printed'
> & {
  customers: { name: string; tax_id: string | null; language: Language | null } | null;
  orders: { number: string } | null;
  payment_allocations: {
    amount: number;
    invoices: { number: string | null; issued_on: string | null } | null;
  }[];
};

const PAYMENT =
  'payments?select=number,status,currency,method,amount,unallocated,refunded_total,reference,received_at,approved_at,status_reason,printed,' +
  'customers(name,tax_id,language),orders(number),payment_allocations(amount,invoices(number,issued_on))' +
  '&payment_allocations.order=created_at';

/** What each way to pay is called. */
export function methodName({ say }: Desk, method: string): string {
  const names: Record<string, () => string> = {
    cash: () => say('cash'),
    mpesa: () => say('m_pesa'),
    bank_transfer: () => say('bank_transfer'),
    cheque: () => say('cheque'),
    credit_note: () => say('credit_note'),
    write_off: () => say('written_off'),
    discount: () => say('discount_for_paying_early'),
  };
  return names[method]?.() ?? method;
}

/** What was received of a customer, and what it pays. */
export const receipt: Kind<Payment> = {
  // What was never received (credit notes, what was written off, discounts) has no receipt.
  read: (door, id) => readOne<Payment>(door, `${PAYMENT}&is_received=is.true`, id),
  languageOf: (payment) => payment.customers?.language ?? null,
  currencyOf: (payment) => payment.currency,
  sellerOf: (payment) => keptBy(payment)?.seller,
  pageOf: (id) => `${DOCUMENTS.payment.page}/${id}`,
  write: (payment, desk) => {
    const { say, money, amount, day, dateTime } = desk;
    const isGood = payment.approved_at && !payment.status_reason;
    return {
      title: say('receipt'),
      number: payment.number,
      stamp: isGood ? null : desk.stateName(payment.status),
      to: addressee(say('received_from'), desk, keptBy(payment), { ...payment.customers }),
      facts: [
        { label: say('received'), value: dateTime(payment.received_at) },
        { label: say('method'), value: methodName(desk, payment.method) },
        ...(payment.reference ? [{ label: say('reference'), value: payment.reference }] : []),
        ...(payment.orders ? [{ label: say('order'), value: payment.orders.number }] : []),
      ],
      tables: payment.payment_allocations.length
        ? [
            {
              columns: [
                { label: say('invoice') },
                { label: say('issued') },
                { label: say('amount'), isFigure: true },
              ],
              rows: payment.payment_allocations.map(({ amount: paid, invoices: of }) => [
                of?.number ?? '',
                day(of?.issued_on),
                amount(paid),
              ]),
            },
          ]
        : [],
      sums: [
        { label: say('amount'), value: money(payment.amount), total: true },
        ...(Number(payment.refunded_total)
          ? [{ label: say('given_back'), value: money(payment.refunded_total) }]
          : []),
        ...(Number(payment.unallocated)
          ? [{ label: say('not_yet_used'), value: money(payment.unallocated) }]
          : []),
      ],
    };
  },
};
