import { command } from '#lib/platform/command.ts';
import { type ListQuery, page, pattern } from '#lib/platform/list.ts';
import { attach, oneWith, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';

export interface Invoice {
  id: string;
  number: string | null;
  order_id: string;
  customer_id: string;
  status: string;
  currency: string;
  issued_on: string | null;
  due_on: string | null;
  subtotal: number;
  tax_total: number;
  deposit_total: number;
  total: number;
  paid_total: number;
  balance: number;
  status_reason: string | null;
  created_at: string;
  created_by: string | null;
  version: number;
  customers: { id: string; code: string; name: string } | null;
  orders: { id: string; number: string } | null;
  allowed_commands?: string[];
}

export interface InvoiceItem {
  id: string;
  line_number: number;
  is_deposit: boolean;
  quantity: number;
  unit_price: number;
  tax_rate: number;
  line_total: number;
  tax_amount: number;
  products: { name: string; sku: string; unit: string } | null;
}

export interface Payment {
  id: string;
  number: string;
  customer_id: string;
  method: string;
  amount: number;
  allocated_total: number;
  unallocated: number;
  currency: string;
  reference: string | null;
  received_at: string;
  status: string;
  status_reason: string | null;
  trip_id: string | null;
  order_id: string | null;
  created_at: string;
  created_by: string | null;
  version: number;
  customers: { id: string; code: string; name: string } | null;
  allowed_commands?: string[];
}

export interface Allocation {
  id: string;
  amount: number;
  created_at: string;
  payments: { id: string; number: string; method: string; received_at: string } | null;
  invoices: { id: string; number: string | null; total: number; balance: number } | null;
}

export interface InvoiceSummary {
  id: string;
  number: string | null;
  status: string;
  total: number;
  balance: number;
}

export const INVOICE_STATES = ['draft', 'issued', 'partially_paid', 'paid', 'overdue', 'void'];
export const PAYMENT_STATES = ['pending', 'approved', 'reconciled', 'rejected', 'cancelled'];
export const PAYMENT_METHODS = [
  { value: 'cash', label: 'Cash' },
  { value: 'mpesa', label: 'M-Pesa' },
  { value: 'bank_transfer', label: 'Bank transfer' },
  { value: 'cheque', label: 'Cheque' },
];

export function methodName(method: string): string {
  return PAYMENT_METHODS.find((item) => item.value === method)?.label ?? method;
}

const CUSTOMER = { column: 'customer_id', table: 'customers', select: 'code,name' };
const ORDER = { column: 'order_id', table: 'orders', select: 'number' };
const PRODUCT = { column: 'product_id', table: 'products', select: 'name,sku,unit' };
const PAYMENT = { column: 'payment_id', table: 'payments', select: 'number,method,received_at' };
const INVOICE = { column: 'invoice_id', table: 'invoices', select: 'number,total,balance' };

export function listInvoices(list: ListQuery) {
  const { status, customer } = list.filters;
  let query = supabase.from('invoices').select('*');
  if (status) query = query.eq('status', status);
  if (customer) query = query.eq('customer_id', customer);
  if (list.search) query = query.ilike('number', `%${list.search}%`);
  return page<Invoice>(
    query.order(list.sort, { ascending: list.ascending }).order('id', { ascending: false }),
    list,
    { customers: CUSTOMER, orders: ORDER },
  );
}

export function readInvoice(id: string): Promise<Invoice | null> {
  return oneWith(
    supabase.from('invoices').select('*,allowed_commands').eq('id', id).maybeSingle(),
    { customers: CUSTOMER, orders: ORDER },
  );
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
  return attach(items, { products: PRODUCT });
}

export function invoicesOfOrder(orderId: string): Promise<InvoiceSummary[]> {
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
export function openInvoicesOf(customerId: string): Promise<Invoice[]> {
  return rows(
    supabase
      .from('invoices')
      .select('*')
      .eq('customer_id', customerId)
      .in('status', ['issued', 'partially_paid', 'overdue'])
      .order('due_on')
      .limit(200),
  );
}

export function listPayments(list: ListQuery) {
  const { status, method, customer } = list.filters;
  let query = supabase.from('payments').select('*');
  if (status) query = query.eq('status', status);
  if (method) query = query.eq('method', method);
  if (customer) query = query.eq('customer_id', customer);
  if (list.search) {
    const like = pattern(list.search);
    query = query.or(`number.ilike.${like},reference.ilike.${like}`);
  }
  return page<Payment>(
    query.order(list.sort, { ascending: list.ascending }).order('id', { ascending: false }),
    list,
    { customers: CUSTOMER },
  );
}

export function readPayment(id: string): Promise<Payment | null> {
  return oneWith(
    supabase.from('payments').select('*,allowed_commands').eq('id', id).maybeSingle(),
    { customers: CUSTOMER },
  );
}

export function paymentsOfOrder(orderId: string): Promise<Payment[]> {
  return rows(
    supabase.from('payments').select('*').eq('order_id', orderId).order('created_at').limit(20),
  );
}

export async function allocationsOf(
  column: 'payment_id' | 'invoice_id',
  id: string,
): Promise<Allocation[]> {
  const found = await rows(
    supabase
      .from('payment_allocations')
      .select('id,amount,created_at,payment_id,invoice_id')
      .eq(column, id)
      .order('created_at')
      .limit(200),
  );
  return attach(found, { payments: PAYMENT, invoices: INVOICE });
}

export interface PaymentInput {
  customer_id: string;
  method: string;
  amount: number;
  reference: string | null;
  received_at: string | null;
  order_id: string | null;
}

export function recordPayment(input: PaymentInput, key: string): Promise<Payment> {
  return command('record_payment', { ...input }, key);
}

export function allocatePayment(
  payment: Payment,
  allocations: { invoice_id: string; amount: number }[],
): Promise<Payment> {
  return command('allocate_payment', {
    payment_id: payment.id,
    allocations,
    expected_version: payment.version,
  });
}

export interface StatementLine {
  id: string;
  source: string;
  reference: string;
  amount: number;
  posted_at: string;
}

/** Statement lines that prove no payment yet and show the same amount. */
export function matchingLines(amount: number): Promise<StatementLine[]> {
  return rows(
    supabase
      .from('statement_lines')
      .select('id,source,reference,amount,posted_at')
      .is('payment_id', null)
      .eq('amount', amount)
      .order('posted_at', { ascending: false })
      .limit(20),
  );
}

export function reconcilePayment(payment: Payment, lineId: string): Promise<Payment> {
  return command('reconcile_payment', {
    payment_id: payment.id,
    statement_line_id: lineId,
    expected_version: payment.version,
  });
}
