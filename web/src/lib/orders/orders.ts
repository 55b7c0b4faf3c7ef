import type { Enums, Tables } from '#lib/database.types.ts';
import { ORDER_CHANNEL, ORDER_PAYMENT_STATE, ORDER_TYPE } from '#lib/choices.ts';
import { productFilter } from '#lib/catalogue/catalogue.ts';
import { customerFilter } from '#lib/parties/parties.ts';
import { ask, askJson, command } from '#lib/platform/command.ts';
import { choices } from '#lib/platform/label.ts';
import { having, type ListQuery, readPage } from '#lib/platform/list.ts';
import { asPrinted, lineAsPrinted } from '#lib/platform/printed.ts';
import { answerOf } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { personFilter } from '#lib/tenancy/tenancy.ts';
import { placeFilter } from '#lib/warehouse/places_filter.ts';
import { documentList, enteredFilter, searchedBy } from '#lib/workflow/list.ts';
import { m, terms } from '#lib/words.ts';

const IN_LIST = '*,customers(code,name),warehouses(name)';

export type OrderRow = Awaited<ReturnType<typeof listOrders>>['rows'][number];

export const ORDERS = documentList('order', {
  sortable: ['total', 'requested_on'],
  search: searchedBy('order', m.number_reference_or_customer(terms)),
  filters: [
    customerFilter,
    placeFilter(m.depot(terms)),
    enteredFilter(m.taken()),
    {
      name: 'wanted',
      label: m.wanted_on(),
      kind: 'day',
      column: 'requested_on',
      optional: true,
      more: true,
    },
    { name: 'total', label: m.total(), kind: 'number', unit: 'money', more: true },
    {
      name: 'hold',
      label: m.on_hold(),
      kind: 'flag',
      column: 'is_on_hold',
      yes: m.yes(),
      no: m.no(),
      more: true,
    },
    {
      name: 'paid',
      label: m.payment(),
      kind: 'choice',
      column: 'payment_state',
      options: choices(ORDER_PAYMENT_STATE),
      more: true,
    },
    {
      name: 'type',
      label: m.kind_of_order(terms),
      kind: 'choice',
      column: 'order_type',
      options: choices(ORDER_TYPE),
      more: true,
    },
    {
      name: 'channel',
      label: m.channel(),
      kind: 'choice',
      options: choices(ORDER_CHANNEL),
      more: true,
    },
    {
      name: 'reference',
      label: m.reference(),
      kind: 'text',
      column: 'external_reference',
      optional: true,
      more: true,
    },
    {
      ...productFilter,
      through: { has: 'order_items', own: 'id', their: 'order_id' },
      more: true,
    },
    {
      name: 'without_code',
      label: m.why_delivered_without_a_code(),
      kind: 'text',
      column: 'no_code_because',
      through: { has: 'delivery_proofs', own: 'id', their: 'order_id' },
      optional: true,
      more: true,
    },
    { ...personFilter('by', m.taken_by(), 'created_by', 'user_id'), more: true },
  ],
});

export function listOrders(list: ListQuery) {
  return readPage(ORDERS, list, (relations) =>
    supabase.from('orders').select(having(IN_LIST, relations)),
  );
}

/** Backorders and new attempts that came out of an order. */
const FOLLOWER = 'id,number,status,total';

export type Order = NonNullable<Awaited<ReturnType<typeof readOrder>>>;

/** An order with its lines and every document that came out of it, as far as the reader may see them. */
export async function readOrder(id: string) {
  const found = await answerOf(
    supabase
      .from('orders')
      .select(
        `*,allowed_commands,payment_state,order_progress,order_taxes,discount_total,deposit_expected,customers(id,code,name),warehouses(name),customer_addresses(label,street,city),
        similar:similar_orders!similar_orders_tenant_id_order_id_fkey(
          acknowledged_by,acknowledged_at,orders!similar_orders_tenant_id_similar_id_fkey(${FOLLOWER})),
        order_items(*,quantity_reserved,order_discounts(name,amount),order_bundles(id,product_id,product_name,product_sku,unit,quantity),products(name,sku,unit),return_items(returns(id,number,status,reason))),
        fulfilments(id,status,reason,trips(id,number)),
        delivery_proofs(*),
        invoices(id,number,status,total,allowed_commands),
        payments(id,number,status,amount),
        variances(id,number,status,difference,products(name)),
        backorders:orders!orders_tenant_id_backorder_of_id_fkey(${FOLLOWER}),
        attempts:orders!orders_tenant_id_reattempt_of_id_fkey(${FOLLOWER})`,
      )
      .eq('id', id)
      .order('line_number', { referencedTable: 'order_items' })
      .maybeSingle(),
  );
  return found && { ...asPrinted(found), order_items: found.order_items.map(lineAsPrinted) };
}

export type LineInput = { product_id: string; quantity: number; pack_id?: string };

export interface Quote {
  lines: {
    line_number: number;
    product_id: string;
    product_name: string;
    unit: string;
    quantity: number;
    unit_price: number;
    price_source: string;
    price_includes_tax: boolean;
    discount_amount: number;
    /** What promotions take off it. */
    discounts: { name: string; amount: number }[] | null;
    /** A promotion adds it; nobody asked for it. Gifts come last. */
    is_gift: boolean;
    /** Which of the lines that were asked about it comes from, the first being 1; null for a gift. A bundle is several lines. */
    entered: number | null;
    bundle_product_id: string | null;
    line_total: number;
    tax_amount: number;
    in_stock: boolean;
    /** Null for those who may not look into the depot. */
    available: number | null;
  }[];
  discount_total: number;
  /** Before tax. */
  delivery_fee: number;
  /** With the delivery fee. */
  subtotal: number;
  tax_total: number;
  total: number;
  /** On the containers, beside the total, if no empties come back. */
  deposits: number;
  /** Null for customers who pay on delivery. */
  credit: { limit: number; used: number; left: number } | null;
  /** Orders of this customer of a short while ago that look like it. */
  similar: { id: string; number: string; status: string; total: number; created_at: string }[];
}

/** What an order, or the changed order, would cost now, what is in stock, and what would be left of the credit. */
export function quoteOrder(
  customerId: string,
  warehouseId: string,
  lines: LineInput[],
  orderId?: string,
  deliveryFee?: number | null,
): Promise<Quote> {
  return askJson<Quote, 'quote_order'>('quote_order', {
    customer_id: customerId,
    warehouse_id: warehouseId,
    lines,
    order_id: orderId ?? null,
    delivery_fee: deliveryFee ?? null,
  });
}

type OrderedItem = Pick<
  Tables<'order_items'>,
  'product_id' | 'product_name' | 'product_sku' | 'unit' | 'quantity' | 'is_gift'
> & {
  order_bundles:
    | (Pick<
        Tables<'order_bundles'>,
        'product_id' | 'product_name' | 'product_sku' | 'unit' | 'quantity'
      > & { id: string })
    | null;
};

/** What was asked for with an order: bundles as what they are, without the gifts. */
export function orderedOf(items: readonly OrderedItem[]) {
  const asked = items
    .filter((item) => !item.is_gift)
    .filter(
      (item, index, all) =>
        !item.order_bundles ||
        all.findIndex((other) => other.order_bundles?.id === item.order_bundles?.id) === index,
    );
  return asked.map((item) => {
    const { product_id, product_name, product_sku, unit, quantity } = item.order_bundles ?? item;
    return {
      product: { id: product_id, name: product_name, sku: product_sku, unit },
      quantity: Number(quantity),
    };
  });
}

/** What an entered order would cost and find today; null where that cannot be said any more. */
export function quoteAgain(
  order: Pick<Tables<'orders'>, 'id' | 'customer_id' | 'warehouse_id'>,
  items: readonly OrderedItem[],
): Promise<Quote | null> {
  const lines = orderedOf(items).map((line) => ({
    product_id: line.product.id,
    quantity: line.quantity,
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

/** What this customer usually orders, from his last orders; empty when he has no habit yet. */
export function usualBasket(customerId: string) {
  return ask('usual_basket', { customer_id: customerId });
}

export interface OrderInput {
  customer_id: string;
  warehouse_id: string;
  address_id: string | null;
  requested_on: string | null;
  notes: string | null;
  order_type: Enums<'order_type'>;
  /** With or without its tax, as the company's rule has it; null: what the company usually asks. */
  delivery_fee: number | null;
  special_instructions: string;
  payment_method: Enums<'payment_wish'> | null;
  allow_backorder: boolean;
  lines: LineInput[];
}

/** How far a new order is taken at once; its stock is reserved only if it is approved at once, too. */
export interface Progress {
  submit?: boolean;
  allocate?: boolean;
  /** Whether it is meant although it looks like others, which whoever enters it was told. */
  acknowledges_similar?: boolean;
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
      order_type: input.order_type,
      delivery_fee: input.delivery_fee,
      special_instructions: input.special_instructions,
      payment_method: input.payment_method,
      expected_version: order.version,
    },
    key,
  );
}
