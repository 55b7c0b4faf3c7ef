import type { Enums, Tables } from '#lib/database.types.ts';
import { command } from '#lib/platform/command.ts';
import { customerFilter } from '#lib/parties/parties.ts';
import { having, type ListQuery, readPage } from '#lib/platform/list.ts';
import { asPrinted, lineAsPrinted } from '#lib/platform/printed.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { openStatesOf } from '#lib/workflow/documents.ts';
import { documentList, searchedBy } from '#lib/workflow/list.ts';
import { m, terms } from '#lib/words.ts';

export type PaymentMethod = Enums<'payment_method'>;
export const PAYMENT_METHODS: { value: PaymentMethod; label: string }[] = [
  { value: 'cash', label: m.cash() },
  { value: 'mpesa', label: m.m_pesa() },
  { value: 'bank_transfer', label: m.bank_transfer() },
  { value: 'cheque', label: m.cheque() },
];
/** What pays and was never received. */
const NOT_RECEIVED: { value: PaymentMethod; label: string }[] = [
  { value: 'credit_note', label: m.credit_note() },
  { value: 'write_off', label: m.written_off() },
  { value: 'discount', label: m.discount_for_paying_early() },
];
export const SHOWN_METHODS = [...PAYMENT_METHODS, ...NOT_RECEIVED];

export function methodName(method: string): string {
  return SHOWN_METHODS.find((item) => item.value === method)?.label ?? method;
}

const INVOICE_IN_LIST = '*,customers(code,name),orders(number)';

export type Invoice = Awaited<ReturnType<typeof listInvoices>>['rows'][number];
export type Payment = Awaited<ReturnType<typeof listPayments>>['rows'][number];

export const INVOICES = documentList('invoice', {
  sortable: ['due_on', 'total', 'balance'],
  search: searchedBy('invoice', m.number_or_customer(terms)),
  filters: [
    customerFilter,
    { name: 'due', label: m.due(), kind: 'day', column: 'due_on', optional: true },
    {
      name: 'issued',
      label: m.issued(),
      kind: 'day',
      column: 'issued_on',
      optional: true,
      more: true,
    },
    { name: 'total', label: m.total(), kind: 'number', unit: 'money', more: true },
    { name: 'balance', label: m.open(), kind: 'number', unit: 'money', more: true },
  ],
});

export function listInvoices(list: ListQuery) {
  return readPage(INVOICES, list, (relations) =>
    supabase.from('invoices').select(having(INVOICE_IN_LIST, relations)),
  );
}

/** An invoice with its lines, what paid it and what was credited of it. */
export async function readInvoice(id: string) {
  const found = await answerOf(
    supabase
      .from('invoices')
      .select(
        `${INVOICE_IN_LIST},allowed_commands,invoice_taxes,
        invoice_items(*,products(name,sku,unit)),
        payment_allocations(id,amount,payments(id,number,status,method,received_at)),
        credit_notes(id,number,status,total)`,
      )
      .eq('id', id)
      .order('line_number', { referencedTable: 'invoice_items' })
      .order('created_at', { referencedTable: 'payment_allocations' })
      .maybeSingle(),
  );
  return found && { ...asPrinted(found), invoice_items: found.invoice_items.map(lineAsPrinted) };
}

/** What an invoice is called. */
export function invoiceNamed(id: string) {
  return answerOf(supabase.from('invoices').select('id,number').eq('id', id).maybeSingle());
}

/** The interest that was charged on an invoice, the latest first. */
export function interestOn(id: string) {
  return rows(
    supabase
      .from('invoices')
      .select('id,number,status,total')
      .eq('interest_of_id', id)
      .order('interest_month', { ascending: false })
      .limit(24),
  );
}

/** Invoices of a customer that still wait for money, oldest due first. */
export function openInvoicesOf(customerId: string) {
  return rows(
    supabase
      .from('invoices')
      .select('*')
      .eq('customer_id', customerId)
      .in('status', openStatesOf('invoice'))
      .is('is_done', false)
      .order('due_on')
      .limit(200),
  );
}

export const PAYMENTS = documentList('payment', {
  sortable: ['received_at', 'amount'],
  search: searchedBy('payment', m.number_or_reference()),
  filters: [
    customerFilter,
    { name: 'method', label: m.method(), kind: 'choice', options: SHOWN_METHODS },
    { name: 'received', label: m.received(), kind: 'moment', column: 'received_at' },
    { name: 'amount', label: m.amount(), kind: 'number', unit: 'money', more: true },
    {
      name: 'left',
      label: m.not_yet_used(),
      kind: 'number',
      column: 'unallocated',
      unit: 'money',
      more: true,
    },
    { name: 'reference', label: m.reference(), kind: 'text', optional: true, more: true },
  ],
});

export function listPayments(list: ListQuery) {
  return readPage(PAYMENTS, list, (relations) =>
    supabase.from('payments').select(having('*,customers(code,name)', relations)),
  );
}

/** A payment with what it pays, what was given back of it, and where it came from. */
export function readPayment(id: string) {
  return answerOf(
    supabase
      .from('payments')
      .select(
        `*,allowed_commands,customers(code,name),orders(id,number,status),trips(id,number,status),
        waived:invoices!payments_tenant_id_waives_invoice_id_fkey(id,number,status),
        payment_allocations(id,amount,created_at,invoice_id,invoices(id,number)),
        payment_refunds(id,amount,reason,created_at)`,
      )
      .eq('id', id)
      .order('created_at', { referencedTable: 'payment_allocations' })
      .order('created_at', { referencedTable: 'payment_refunds' })
      .maybeSingle(),
  );
}

export interface PaymentInput {
  customer_id: string;
  method: PaymentMethod;
  amount: number;
  reference: string | null;
  received_at: string | null;
  order_id: string | null;
}

export function recordPayment(input: PaymentInput, key: string) {
  return command('record_payment', input, key);
}

export function allocatePayment(
  payment: Tables<'payments'>,
  allocations: { invoice_id: string; amount: number }[],
) {
  return command('allocate_payment', {
    payment_id: payment.id,
    allocations,
    expected_version: payment.version,
  });
}

/** Gives back what the payment does not pay. */
export function refundPayment(payment: Tables<'payments'>, amount: number, reason: string) {
  return command('refund_payment', {
    payment_id: payment.id,
    amount,
    reason,
    expected_version: payment.version,
  });
}

/** Takes the payment off an invoice, which is open again. */
export function unallocatePayment(payment: Tables<'payments'>, invoiceId: string) {
  return command('unallocate_payment', {
    payment_id: payment.id,
    invoice_id: invoiceId,
    expected_version: payment.version,
  });
}

/** Asks for what nobody will pay of an invoice to be written off; somebody else approves it. */
export function writeOffInvoice(
  invoice: Pick<Tables<'invoices'>, 'id' | 'version'>,
  amount: number | null,
  reason: string,
) {
  return command('write_off_invoice', {
    invoice_id: invoice.id,
    amount,
    reason,
    expected_version: invoice.version,
  });
}

/** Bills a delivered order anew, after its invoice was voided. */
export function billOrder(orderId: string) {
  return command('bill_order', { order_id: orderId });
}

/** Statement lines that prove no payment yet and show the same amount. */
export function matchingLines(amount: number) {
  return rows(
    supabase
      .from('statement_lines')
      .select('id,source,reference,amount,posted_at')
      .eq('status', 'open')
      .eq('amount', amount)
      .order('posted_at', { ascending: false })
      .limit(20),
  );
}

export function reconcilePayment(payment: Tables<'payments'>, lineId: string) {
  return command('reconcile_payment', {
    payment_id: payment.id,
    statement_line_id: lineId,
    expected_version: payment.version,
  });
}
