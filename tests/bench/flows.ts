import { orderStream, type Company } from './company.ts';
import type { Operation } from './measure.ts';

export type Values = Record<string, unknown>;

/** How a client reaches the database: straight in SQL, or over HTTP. */
export interface Way {
  /** Calls a command as somebody and answers the id of its row. */
  rpc(person: string, name: string, args: Values): Promise<string>;
  /** The columns of the rows that belong to an order. */
  ofOrder(person: string, table: string, columns: string[], order: string): Promise<Values[]>;
}

const SIGNATURE = 'data:image/png;base64,iVBORw0KGgo=';

/** create_order, approved by the company's rule, with its stock reserved: one request. */
export function placeReserved(way: Way, company: Company, client: number): Operation {
  const next = orderStream(company, client);
  return async () => {
    const { customer, lines } = next();
    await way.rpc('manager', 'create_order', {
      customer_id: customer,
      warehouse_id: company.depot,
      lines,
      submit: true,
      allocate: true,
    });
  };
}

/** create_order, then allocate_order: two requests. */
export function place(way: Way, company: Company, client: number): Operation {
  const next = orderStream(company, client);
  return async () => {
    const { customer, lines } = next();
    const order_id = await way.rpc('manager', 'create_order', {
      customer_id: customer,
      warehouse_id: company.depot,
      lines,
      submit: true,
    });
    await way.rpc('manager', 'allocate_order', { order_id });
  };
}

/** Everything from draft to paid on a trip of its own, each step by whoever may take it. */
export function live(way: Way, company: Company, client: number): Operation {
  const next = orderStream(company, client);
  const van = company.vans[client];
  if (!van) throw new Error(`There is no van for client ${client}.`);
  return async () => {
    const { customer, lines } = next();
    const order_id = await way.rpc('sales', 'create_order', {
      customer_id: customer,
      warehouse_id: company.depot,
      lines,
    });
    // The rule of the company approves small orders when they are submitted.
    await way.rpc('sales', 'submit_order', { order_id });
    await way.rpc('dispatcher', 'allocate_order', { order_id });
    const now = Date.now();
    const trip_id = await way.rpc('dispatcher', 'create_trip', {
      warehouse_id: company.depot,
      planned_start_at: new Date(now).toISOString(),
      planned_end_at: new Date(now + 3_600_000).toISOString(),
      vehicle_id: van.vehicle,
      driver_id: van.driver,
      order_ids: [order_id],
    });
    await way.rpc('dispatcher', 'plan_trip', { trip_id });
    const counts = lines.map((line) => ({ product_id: line.product_id, count: line.quantity }));
    await way.rpc('warehouse', 'confirm_load', { trip_id, counts });
    await way.rpc(van.person, 'confirm_load', { trip_id, counts });
    await way.rpc('dispatcher', 'dispatch_trip', { trip_id });
    await way.rpc(van.person, 'start_trip', { trip_id });
    const items = await way.ofOrder(van.person, 'order_items', ['id', 'quantity'], order_id);
    await way.rpc(van.person, 'complete_delivery', {
      order_id,
      items: items.map((item) => ({
        order_item_id: item['id'],
        delivered: Number(item['quantity']),
      })),
      received_by: 'Shop',
      signature: SIGNATURE,
    });
    const offload_id = await way.rpc(van.person, 'submit_offload', { trip_id });
    await way.rpc('dispatcher', 'review_offload', { offload_id });
    await way.rpc('dispatcher', 'approve_offload', { offload_id });
    await way.rpc('dispatcher', 'complete_trip', { trip_id });
    const [invoice] = await way.ofOrder('finance', 'invoices', ['id', 'total'], order_id);
    await way.rpc('finance', 'issue_invoice', { invoice_id: invoice?.['id'] });
    const payment_id = await way.rpc('sales', 'record_payment', {
      customer_id: customer,
      method: 'cash',
      amount: Number(invoice?.['total']),
      order_id,
    });
    await way.rpc('finance', 'approve_payment', { payment_id });
  };
}
