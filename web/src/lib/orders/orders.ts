import type { Enums, Json, Tables } from '#lib/database.types.ts';
import { beginOf, endOf } from '#lib/platform/calendar.ts';
import { ask, askJson, command } from '#lib/platform/command.ts';
import { findNumbers } from '#lib/platform/find.ts';
import { type ListQuery, oneOf, page } from '#lib/platform/list.ts';
import { asPrinted, lineAsPrinted } from '#lib/platform/printed.ts';
import {
  attach,
  link,
  answerOf,
  oneWith,
  rows,
  type Offered,
  type With,
} from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { inStates, statesOf } from '#lib/workflow/documents.ts';

const CUSTOMER = link('customer_id', 'customers', 'code', 'name');
const WAREHOUSE = link('warehouse_id', 'warehouses', 'name');
const ADDRESS = link('address_id', 'customer_addresses', 'label', 'street', 'city');
const PRODUCT = link('product_id', 'products', 'name', 'sku', 'unit');
const TRIP = link('trip_id', 'trips', 'number', 'status');

const IN_LIST = { customers: CUSTOMER, warehouses: WAREHOUSE };
const ON_ORDER = { ...IN_LIST, customer_addresses: ADDRESS };

export type OrderRow = With<Tables<'orders'>, typeof IN_LIST>;
export type Order = With<Tables<'orders'>, typeof ON_ORDER>;

export async function listOrders(list: ListQuery) {
  const { customer, warehouse, hold, from, to } = list.filters;
  const status = oneOf(statesOf('order'), list.filters.status);
  let query = supabase.from('orders').select('*');
  if (status) query = inStates(query, 'order', [status]);
  if (customer) query = query.eq('customer_id', customer);
  if (warehouse) query = query.eq('warehouse_id', warehouse);
  if (hold) query = query.eq('is_on_hold', hold === 'yes');
  const [begin, end] = [beginOf(from ?? ''), endOf(to ?? '')];
  if (begin) query = query.gte('created_at', begin);
  if (end) query = query.lt('created_at', end);
  if (list.search) query = query.in('number', await findNumbers('order', list.search));
  return page(
    query
      .order(list.sort, { ascending: list.ascending })
      .order('id', { ascending: list.ascending }),
    list,
    IN_LIST,
  );
}

export async function readOrder(
  id: string,
): Promise<(Offered<Order> & { order_taxes: Json }) | null> {
  const found = await oneWith(
    supabase.from('orders').select('*,allowed_commands,order_taxes').eq('id', id).maybeSingle(),
    ON_ORDER,
  );
  return found && asPrinted(found);
}

export async function itemsOf(orderId: string) {
  const items = await rows(
    supabase
      .from('order_items')
      .select('*,quantity_reserved')
      .eq('order_id', orderId)
      .order('line_number')
      .limit(1000),
  );
  return (await attach(items, { products: PRODUCT })).map(lineAsPrinted);
}

export async function fulfilmentsOf(orderId: string) {
  const found = await rows(
    supabase.from('fulfilments').select('*').eq('order_id', orderId).order('created_at').limit(50),
  );
  return attach(found, { trips: TRIP });
}

export function proofOf(orderId: string) {
  return answerOf(
    supabase.from('delivery_proofs').select('*').eq('order_id', orderId).maybeSingle(),
  );
}

/** Backorders and new attempts that came out of this order. */
export function descendantsOf(orderId: string) {
  return rows(
    supabase
      .from('orders')
      .select('id,number,status,total,created_at')
      .or(`backorder_of_id.eq.${orderId},reattempt_of_id.eq.${orderId}`)
      .order('created_at')
      .limit(20),
  );
}

export function recentOrdersOf(customerId: string) {
  return rows(
    supabase
      .from('orders')
      .select('id,number,status,total,created_at')
      .eq('customer_id', customerId)
      .order('created_at', { ascending: false })
      .limit(8),
  );
}

export type LineInput = { product_id: string; quantity: number; pack_id?: string };

export interface Quote {
  lines: {
    line_number: number;
    product_id: string;
    quantity: number;
    unit_price: number;
    price_source: string;
    price_includes_tax: boolean;
    line_total: number;
    tax_amount: number;
    in_stock: boolean;
    /** Null for those who may not look into the depot. */
    available: number | null;
  }[];
  subtotal: number;
  tax_total: number;
  total: number;
  /** Null for customers who pay on delivery. */
  credit: { limit: number; used: number; left: number } | null;
}

/** What an order, or the changed order, would cost now, what is in stock, and what would be left of the credit. */
export function quoteOrder(
  customerId: string,
  warehouseId: string,
  lines: LineInput[],
  orderId?: string,
): Promise<Quote> {
  return askJson<Quote, 'quote_order'>('quote_order', {
    customer_id: customerId,
    warehouse_id: warehouseId,
    lines,
    order_id: orderId ?? null,
  });
}

/** What an entered order would cost and find today; null where that cannot be said any more. */
export function quoteAgain(
  order: Pick<Tables<'orders'>, 'id' | 'customer_id' | 'warehouse_id'>,
  items: Pick<Tables<'order_items'>, 'product_id' | 'quantity'>[],
): Promise<Quote | null> {
  const lines = items.map((item) => ({
    product_id: item.product_id,
    quantity: Number(item.quantity),
  }));
  return quoteOrder(order.customer_id, order.warehouse_id, lines, order.id).catch(() => null);
}

/** Lines of a quote that the depot cannot fill now. */
export function shortLines(quote: Quote | null): Quote['lines'] {
  return (quote?.lines ?? []).filter(
    (line) => line.available !== null && Number(line.available) < Number(line.quantity),
  );
}

/** The depot that a customer is served from, as far as earlier orders tell; null when none does. */
export function usualDepot(customerId: string): Promise<string | null> {
  return ask('usual_depot', { customer_id: customerId });
}

export interface OrderInput {
  customer_id: string;
  warehouse_id: string;
  address_id: string | null;
  requested_on: string | null;
  notes: string | null;
  allow_backorder: boolean;
  lines: LineInput[];
}

/** How far a new order is taken at once; its stock is reserved only if it is approved at once, too. */
export interface Progress {
  submit?: boolean;
  allocate?: boolean;
}

export function createOrder(input: OrderInput, progress: Progress, key: string) {
  return command('create_order', { ...input, ...progress }, key);
}

export function amendOrder(order: Tables<'orders'>, input: OrderInput, key: string) {
  return command(
    'amend_order',
    {
      order_id: order.id,
      lines: input.lines,
      address_id: input.address_id,
      requested_on: input.requested_on,
      notes: input.notes,
      expected_version: order.version,
    },
    key,
  );
}

/** A new draft with the lines of a failed order. */
export function reattemptOrder(orderId: string) {
  return command('reattempt_order', { order_id: orderId });
}

/** States in which the lines of an order can still change. */
export const EDITABLE: Enums<'order_status'>[] = [
  'draft',
  'pending_approval',
  'approved',
  'allocated',
];
