import { beginOf, endOf } from '#lib/platform/calendar.ts';
import { ask, command } from '#lib/platform/command.ts';
import { type ListQuery, page, pattern } from '#lib/platform/list.ts';
import { attach, one, oneWith, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';

export const ORDER_STATES = [
  'draft',
  'pending_approval',
  'approved',
  'allocated',
  'dispatched',
  'in_transit',
  'delivered',
  'cancelled',
  'rejected',
  'failed',
] as const;

/** The road of an order that goes well. */
export const ORDER_ROAD = ORDER_STATES.slice(0, 7);
/** States in which an order left the road. */
export const ORDER_LEFT = ORDER_STATES.slice(7);

export interface Order {
  id: string;
  number: string;
  customer_id: string;
  address_id: string | null;
  warehouse_id: string;
  status: string;
  channel: string;
  ordered_at: string;
  requested_on: string | null;
  currency: string;
  subtotal: number;
  tax_total: number;
  total: number;
  is_on_hold: boolean;
  hold_reason: string | null;
  allow_backorder: boolean;
  backorder_of_id: string | null;
  reattempt_of_id: string | null;
  external_reference: string | null;
  notes: string | null;
  credit_override_note: string | null;
  status_reason: string | null;
  delivered_at: string | null;
  created_at: string;
  created_by: string | null;
  version: number;
  customers: { id: string; code: string; name: string } | null;
  customer_addresses: { label: string; street: string; city: string } | null;
  warehouses: { name: string } | null;
  allowed_commands?: string[];
}

export interface OrderItem {
  id: string;
  line_number: number;
  product_id: string;
  quantity: number;
  unit_price: number;
  price_source: string;
  tax_rate: number;
  line_total: number;
  tax_amount: number;
  quantity_reserved: number;
  quantity_delivered: number;
  products: { name: string; sku: string; unit: string } | null;
}

export interface Fulfilment {
  id: string;
  status: string;
  reason: string | null;
  trip_id: string | null;
  resolved_at: string | null;
  created_at: string;
  trips: { id: string; number: string; status: string } | null;
}

export interface Proof {
  id: string;
  received_by: string;
  signature: string | null;
  photo_path: string | null;
  notes: string | null;
  captured_at: string;
}

export interface OrderSummary {
  id: string;
  number: string;
  status: string;
  total: number;
  created_at: string;
}

const CUSTOMER = { column: 'customer_id', table: 'customers', select: 'code,name' };
const WAREHOUSE = { column: 'warehouse_id', table: 'warehouses', select: 'name' };
const ADDRESS = { column: 'address_id', table: 'customer_addresses', select: 'label,street,city' };
const PRODUCT = { column: 'product_id', table: 'products', select: 'name,sku,unit' };
const TRIP = { column: 'trip_id', table: 'trips', select: 'number,status' };

export function listOrders(list: ListQuery) {
  const { status, customer, warehouse, hold, from, to } = list.filters;
  let query = supabase.from('orders').select('*');
  if (status) query = query.eq('status', status);
  if (customer) query = query.eq('customer_id', customer);
  if (warehouse) query = query.eq('warehouse_id', warehouse);
  if (hold) query = query.eq('is_on_hold', hold === 'yes');
  const [begin, end] = [beginOf(from ?? ''), endOf(to ?? '')];
  if (begin) query = query.gte('created_at', begin);
  if (end) query = query.lt('created_at', end);
  if (list.search) {
    const like = pattern(list.search);
    query = query.or(`number.ilike.${like},external_reference.ilike.${like}`);
  }
  return page<Order>(
    query
      .order(list.sort, { ascending: list.ascending })
      .order('id', { ascending: list.ascending }),
    list,
    { customers: CUSTOMER, warehouses: WAREHOUSE },
  );
}

export function readOrder(id: string): Promise<Order | null> {
  return oneWith(supabase.from('orders').select('*,allowed_commands').eq('id', id).maybeSingle(), {
    customers: CUSTOMER,
    customer_addresses: ADDRESS,
    warehouses: WAREHOUSE,
  });
}

export async function itemsOf(orderId: string): Promise<OrderItem[]> {
  const items = await rows(
    supabase
      .from('order_items')
      .select('*')
      .eq('order_id', orderId)
      .order('line_number')
      .limit(1000),
  );
  return attach(items, { products: PRODUCT });
}

export async function fulfilmentsOf(orderId: string): Promise<Fulfilment[]> {
  const found = await rows(
    supabase.from('fulfilments').select('*').eq('order_id', orderId).order('created_at').limit(50),
  );
  return attach(found, { trips: TRIP });
}

export function proofOf(orderId: string): Promise<Proof | null> {
  return one(supabase.from('delivery_proofs').select('*').eq('order_id', orderId).maybeSingle());
}

/** Backorders and new attempts that came out of this order. */
export function descendantsOf(orderId: string): Promise<OrderSummary[]> {
  return rows(
    supabase
      .from('orders')
      .select('id,number,status,total,created_at')
      .or(`backorder_of_id.eq.${orderId},reattempt_of_id.eq.${orderId}`)
      .order('created_at')
      .limit(20),
  );
}

export function recentOrdersOf(customerId: string): Promise<OrderSummary[]> {
  return rows(
    supabase
      .from('orders')
      .select('id,number,status,total,created_at')
      .eq('customer_id', customerId)
      .order('created_at', { ascending: false })
      .limit(8),
  );
}

export interface LineInput {
  product_id: string;
  quantity: number;
  pack_id?: string;
}

export interface Quote {
  lines: {
    line_number: number;
    product_id: string;
    quantity: number;
    unit_price: number;
    price_source: string;
    line_total: number;
    tax_amount: number;
    available: number;
  }[];
  subtotal: number;
  tax_total: number;
  total: number;
  /** Null for customers who pay on delivery. */
  credit: { limit: number; used: number; left: number } | null;
}

/** What an order would cost now, what is in stock, and what would be left of the credit. */
export function quoteOrder(
  customerId: string,
  warehouseId: string,
  lines: LineInput[],
): Promise<Quote> {
  return ask('quote_order', { customer_id: customerId, warehouse_id: warehouseId, lines });
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

export function createOrder(input: OrderInput, submit: boolean, key: string): Promise<Order> {
  return command('create_order', { ...input, submit }, key);
}

export function amendOrder(order: Order, input: OrderInput, key: string): Promise<Order> {
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
export function reattemptOrder(orderId: string): Promise<Order> {
  return command('reattempt_order', { order_id: orderId });
}

/** States in which the lines of an order can still change. */
export const EDITABLE = ['draft', 'pending_approval', 'approved', 'allocated'];
