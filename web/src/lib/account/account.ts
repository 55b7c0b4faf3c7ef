/** What customers see and do themselves: the functions of the database that know the one whom the reader acts for. */
import { askJson, command, newKey } from '#lib/platform/command.ts';
import { rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';

export interface Place {
  label: string;
  street: string;
  city: string;
}

/** Who the reader is to the company, and how they stand. Amounts in the company's currency. */
export interface Account {
  customer: { id: string; code: string; name: string; phone: string | null; email: string | null };
  company: {
    name: string;
    contact_line: string | null;
    paybill: string | null;
    bank_details: string | null;
  };
  can_order: boolean;
  owed: number;
  overdue: number;
  next_due_on: string | null;
  /** Paid, and not used for an invoice yet. */
  advances: number;
  /** Payments that he told of and nobody has confirmed. */
  told: number;
  credit: { limit: number; used: number; left: number } | null;
  addresses: (Place & { id: string })[];
}

export interface OrderedLine {
  product_id: string;
  sku: string;
  name: string;
  unit: string;
  quantity: number;
  delivered: number;
  returned: number;
  unit_price: number;
  line_total: number;
  tax_amount: number;
}

export interface MyOrder {
  id: string;
  number: string;
  status: string;
  version: number;
  can_change: boolean;
  can_give_up: boolean;
  created_at: string;
  requested_on: string | null;
  currency: string;
  subtotal: number;
  tax_total: number;
  total: number;
  address_id: string | null;
  address: Place | null;
  notes: string | null;
  lines: OrderedLine[];
  steps: Record<'entered' | 'sent' | 'confirmed' | 'on_the_way' | 'delivered', string | null>;
  van: {
    registration: string;
    planned_arrival_at: string | null;
    arrived_at: string | null;
    expected_at: string | null;
    stops_before: number;
    asks_for_code: boolean;
  } | null;
  proof: { received_by: string; captured_at: string; photo_paths: string[] } | null;
  invoice: { id: string; number: string; status: string; total: number; balance: number } | null;
}

export interface Quote {
  /** Before tax; part of the subtotal. */
  delivery_fee: number;
  subtotal: number;
  tax_total: number;
  total: number;
  /** On the containers, beside the total, if no empties come back. */
  deposits: number;
  credit: Account['credit'];
  lines: { product_id: string; quantity: number; line_total: number; in_stock: boolean }[];
}

/** A line as the database takes it; an alias, since interfaces are no JSON. */
export type Wanted = { product_id: string; quantity: number };

export const myAccount = () => askJson<Account, 'my_account'>('my_account', {});
export const myOrder = (order_id: string) => askJson<MyOrder, 'my_order'>('my_order', { order_id });
/** A code for the driver, which is shown this once. */
export const showMyDeliveryCode = (order_id: string) =>
  command('show_my_delivery_code', { order_id });
export const myQuote = (lines: Wanted[]) => askJson<Quote, 'my_quote'>('my_quote', { lines });

export const myOrders = (most: number) => rows(supabase.rpc('my_orders').limit(most));
export const myBills = (most: number) => rows(supabase.rpc('my_bills').limit(most));
export const myPayments = (most: number) => rows(supabase.rpc('my_payments').limit(most));
export const myContainers = () => rows(supabase.rpc('my_containers'));
export const myRequests = () => rows(supabase.rpc('my_requests').limit(50));
/** What can be ordered at the own prices, what is usual first. */
export const myProducts = (search: string) =>
  rows(supabase.rpc('my_products', search ? { search } : {}));

export type Product = Awaited<ReturnType<typeof myProducts>>[number];

export interface OrderInput {
  lines: Wanted[];
  address_id: string | null;
  requested_on: string | null;
  notes: string | null;
  send: boolean;
}

/** Orders, or writes a draft anew. The company's prices win over what was shown. @throws PortalError */
export async function order(
  input: OrderInput,
  draft: MyOrder | null,
  key: string,
): Promise<MyOrder> {
  const answer = draft
    ? await command(
        'change_my_order',
        { ...input, order_id: draft.id, expected_version: draft.version },
        key,
      )
    : await command('place_my_order', { ...input }, key);
  return answer as unknown as MyOrder;
}

export const cancelMyOrder = ({ id, version }: MyOrder) =>
  command('cancel_my_order', { order_id: id, expected_version: version });

export const tellMyPayment = (amount: number, reference: string, key = newKey()) =>
  command('tell_my_payment', { amount, reference }, key);

export const confirmMyContainers = (counts: { product_id: string; counted: number }[]) =>
  command('confirm_my_containers', { counts });

/** What a complaint or question can be about. */
export interface About {
  kind: 'order' | 'invoice' | 'payment';
  id: string;
}

export const askForHelp = (text: string, about: About | null) =>
  command('ask_for_help', {
    text,
    ...(about && { document_kind: about.kind, document_id: about.id }),
  });
