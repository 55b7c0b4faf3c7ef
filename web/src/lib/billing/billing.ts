import type { Enums, Json, Tables } from '#lib/database.types.ts';
import { command } from '#lib/platform/command.ts';
import { findNumbers } from '#lib/platform/find.ts';
import { type ListQuery, oneOf, page } from '#lib/platform/list.ts';
import { asPrinted, lineAsPrinted } from '#lib/platform/printed.ts';
import { attach, link, oneWith, rows, type Offered, type With } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { inStates, openStatesOf, statesOf } from '#lib/workflow/documents.ts';

export type PaymentMethod = Enums<'payment_method'>;
export const PAYMENT_METHODS: { value: PaymentMethod; label: string }[] = [
  { value: 'cash', label: 'Cash' },
  { value: 'mpesa', label: 'M-Pesa' },
  { value: 'bank_transfer', label: 'Bank transfer' },
  { value: 'cheque', label: 'Cheque' },
];
/** Money that nobody received: it comes from a credit note. */
const CREDIT_NOTE: { value: PaymentMethod; label: string } = {
  value: 'credit_note',
  label: 'Credit note',
};
export const SHOWN_METHODS = [...PAYMENT_METHODS, CREDIT_NOTE];

export function methodName(method: string): string {
  return SHOWN_METHODS.find((item) => item.value === method)?.label ?? method;
}

const CUSTOMER = link('customer_id', 'customers', 'code', 'name');
const ORDER = link('order_id', 'orders', 'number');
const PRODUCT = link('product_id', 'products', 'name', 'sku', 'unit');
const PAYMENT = link('payment_id', 'payments', 'number', 'method', 'received_at');
const INVOICE = link('invoice_id', 'invoices', 'number', 'total', 'balance');

const ON_INVOICE = { customers: CUSTOMER, orders: ORDER };
const ON_INVOICE_ITEM = { products: PRODUCT };
const ON_PAYMENT = { customers: CUSTOMER };
const ON_ALLOCATION = { payments: PAYMENT, invoices: INVOICE };

export type Invoice = With<Tables<'invoices'>, typeof ON_INVOICE>;
export type InvoiceItem = With<Tables<'invoice_items'>, typeof ON_INVOICE_ITEM>;
export type Payment = With<Tables<'payments'>, typeof ON_PAYMENT>;

export async function listInvoices(list: ListQuery) {
  const { customer } = list.filters;
  const status = oneOf(statesOf('invoice'), list.filters.status);
  let query = supabase.from('invoices').select('*');
  if (status) query = inStates(query, 'invoice', [status]);
  if (customer) query = query.eq('customer_id', customer);
  if (list.search) query = query.in('number', await findNumbers('invoice', list.search));
  return page(
    query.order(list.sort, { ascending: list.ascending }).order('id', { ascending: false }),
    list,
    ON_INVOICE,
  );
}

export async function readInvoice(
  id: string,
): Promise<(Offered<Invoice> & { invoice_taxes: Json }) | null> {
  const found = await oneWith(
    supabase.from('invoices').select('*,allowed_commands,invoice_taxes').eq('id', id).maybeSingle(),
    ON_INVOICE,
  );
  return found && asPrinted(found);
}

export async function invoiceItems(invoiceId: string): Promise<InvoiceItem[]> {
  const items = await rows(
    supabase
      .from('invoice_items')
      .select('*')
      .eq('invoice_id', invoiceId)
      .order('line_number')
      .limit(1000),
  );
  return (await attach(items, ON_INVOICE_ITEM)).map(lineAsPrinted);
}

export function invoicesOfOrder(orderId: string) {
  return rows(
    supabase
      .from('invoices')
      .select('id,number,status,total,balance')
      .eq('order_id', orderId)
      .order('created_at')
      .limit(20),
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

export async function listPayments(list: ListQuery) {
  const { customer } = list.filters;
  const status = oneOf(statesOf('payment'), list.filters.status);
  const method = SHOWN_METHODS.find((item) => item.value === list.filters.method)?.value;
  let query = supabase.from('payments').select('*');
  if (status) query = inStates(query, 'payment', [status]);
  if (method) query = query.eq('method', method);
  if (customer) query = query.eq('customer_id', customer);
  if (list.search) query = query.in('number', await findNumbers('payment', list.search));
  return page(
    query.order(list.sort, { ascending: list.ascending }).order('id', { ascending: false }),
    list,
    ON_PAYMENT,
  );
}

export function readPayment(id: string): Promise<Offered<Payment> | null> {
  return oneWith(
    supabase.from('payments').select('*,allowed_commands').eq('id', id).maybeSingle(),
    ON_PAYMENT,
  );
}

export function paymentsOfOrder(orderId: string) {
  return rows(
    supabase.from('payments').select('*').eq('order_id', orderId).order('created_at').limit(20),
  );
}

export async function allocationsOf(column: 'payment_id' | 'invoice_id', id: string) {
  const found = await rows(
    supabase
      .from('payment_allocations')
      .select('id,amount,created_at,payment_id,invoice_id')
      .eq(column, id)
      .order('created_at')
      .limit(200),
  );
  return attach(found, ON_ALLOCATION);
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

export function refundsOf(paymentId: string) {
  return rows(
    supabase
      .from('payment_refunds')
      .select('id,amount,reason,created_at')
      .eq('payment_id', paymentId)
      .order('created_at')
      .limit(50),
  );
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
