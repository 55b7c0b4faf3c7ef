import type { Enums, Tables } from '#lib/database.types.ts';
import { command } from '#lib/platform/command.ts';
import { findNumbers } from '#lib/platform/find.ts';
import { type ListQuery, oneOf, page } from '#lib/platform/list.ts';
import { attach, link, oneWith, rows, type Offered, type With } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { inStates, statesOf } from '#lib/workflow/documents.ts';

const CUSTOMER = link('customer_id', 'customers', 'code', 'name');
const WAREHOUSE = link('warehouse_id', 'warehouses', 'name');
const PRODUCT = link('product_id', 'products', 'name', 'sku', 'unit');

const ON_RETURN = { customers: CUSTOMER, warehouses: WAREHOUSE };

export type Return = With<Tables<'returns'>, typeof ON_RETURN>;
export type ReturnReason = Enums<'return_reason'>;

export const RETURN_REASONS = [
  'damaged',
  'expired',
  'wrong_product',
  'not_ordered',
  'quality',
  'unsold',
  'other',
] as const satisfies ReturnReason[];

export async function listReturns(list: ListQuery) {
  const { customer } = list.filters;
  const status = oneOf(statesOf('return'), list.filters.status);
  const reason = oneOf(RETURN_REASONS, list.filters.reason);
  let query = supabase.from('returns').select('*');
  if (status) query = inStates(query, 'return', [status]);
  if (reason) query = query.eq('reason', reason);
  if (customer) query = query.eq('customer_id', customer);
  if (list.search) query = query.in('number', await findNumbers('return', list.search));
  return page(
    query.order(list.sort, { ascending: list.ascending }).order('id', { ascending: false }),
    list,
    ON_RETURN,
  );
}

export function readReturn(id: string): Promise<Offered<Return> | null> {
  return oneWith(
    supabase.from('returns').select('*,allowed_commands').eq('id', id).maybeSingle(),
    ON_RETURN,
  );
}

/** What comes back, with the order that it was delivered by. */
export async function returnItems(id: string) {
  const found = await rows(
    supabase.from('return_items').select('*').eq('return_id', id).order('id').limit(500),
  );
  const items = await attach(found, {
    products: PRODUCT,
    order_items: link('order_item_id', 'order_items', 'order_id'),
  });
  const orders = await attach(
    items.map((item) => ({ id: item.id, order_id: item.order_items?.order_id ?? '' })),
    { orders: link('order_id', 'orders', 'number') },
  );
  const numbers = new Map(orders.map((item) => [item.id, item.orders]));
  return items.map((item) => ({ ...item, orders: numbers.get(item.id) ?? null }));
}

/** Returns that take something back of an order. */
export async function returnsOfOrder(orderId: string) {
  const items = await rows(
    supabase
      .from('return_items')
      .select('return_id,order_items!inner(order_id)')
      .eq('order_items.order_id', orderId)
      .limit(500),
  );
  if (items.length === 0) return [];
  return rows(
    supabase
      .from('returns')
      .select('id,number,status,reason')
      .in('id', [...new Set(items.map((item) => item.return_id))])
      .order('created_at')
      .limit(50),
  );
}

/** Lines of an order of which something can still come back, with how much. */
export async function returnableLines(orderId: string) {
  const lines = await rows(
    supabase
      .from('order_items')
      .select('id,line_number,product_name,product_sku,unit,quantity_delivered,unit_price')
      .eq('order_id', orderId)
      .gt('quantity_delivered', 0)
      .order('line_number')
      .limit(500),
  );
  const asked = await rows(
    supabase
      .from('return_items')
      .select('order_item_id,quantity,received,returns!inner(status)')
      .in(
        'order_item_id',
        lines.map((line) => line.id),
      )
      .neq('returns.status', 'rejected')
      .limit(1000),
  );
  return lines.map((line) => {
    const gone = asked
      .filter((item) => item.order_item_id === line.id)
      .reduce((sum, item) => sum + Number(item.received ?? item.quantity), 0);
    return { ...line, left: Math.round((Number(line.quantity_delivered) - gone) * 1000) / 1000 };
  });
}

export interface ReturnInput {
  customer_id: string;
  reason: ReturnReason;
  notes: string | null;
  warehouse_id: string;
  items: { order_item_id: string; quantity: number }[];
}

export function requestReturn(input: ReturnInput) {
  return command('request_return', input);
}

export type Found = {
  return_item_id: string;
  good: number;
  suspect: number;
  defective: number;
};

export function receiveReturn(taken: Tables<'returns'>, items: Found[]) {
  return command('receive_return', {
    return_id: taken.id,
    items,
    expected_version: taken.version,
  });
}
