import type { Row } from './client.ts';
import type { Company } from './company.ts';
import type { Invoice } from './file.ts';
import { idempotencyKey } from './keys.ts';
import type { OrderLine } from './prices.ts';

/** Orders on one trip, at most; fewer where all vans would not be on the road otherwise. */
const ORDERS_PER_TRIP = 8;

/** A signature as the driver's page sends it: a small PNG. */
const SIGNATURE =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

export const STAGES = ['placed', 'allocated', 'dispatched', 'delivered', 'paid'] as const;
export type Stage = (typeof STAGES)[number];

interface Order extends Row {
  customer_id: string;
}

/** One trip and the invoices on it. */
export interface Batch {
  index: number;
  invoices: Invoice[];
}

/** Trips in the order of the file; the same number of vans gives the same trips. */
export function planBatches(invoices: Invoice[], vans: number): Batch[] {
  const size = Math.max(1, Math.min(ORDERS_PER_TRIP, Math.floor(invoices.length / vans)));
  const batches: Batch[] = [];
  for (let start = 0; start < invoices.length; start += size) {
    batches.push({ index: batches.length, invoices: invoices.slice(start, start + size) });
  }
  return batches;
}

/**
 * Carries one trip full of invoices from draft to paid, each step by the person whose step it is.
 * Every command has a key made of company, invoice and step: what an earlier run has done answers as it
 * did then, and the next step goes on from there.
 */
export async function carry(
  company: Company,
  batch: Batch,
  orderLines: Map<string, OrderLine[]>,
  onStage: (stage: Stage) => void,
): Promise<void> {
  const { as, tenant, depot, vans } = company;
  const vanIndex = batch.index % vans.length;
  const van = vans[vanIndex];
  const driver = company.drivers[vanIndex];
  if (!van || !driver) throw new Error(`There is no van for trip ${batch.index}.`);
  const key = (...name: (string | number)[]) => ({
    idempotency_key: idempotencyKey(tenant.id, ...name),
  });

  const orders: Order[] = [];
  for (const invoice of batch.invoices) {
    const { number, date } = invoice;
    const order = await as.sales.rpc<Order>('create_order', {
      customer_id: company.customers.get(invoice.customer),
      warehouse_id: depot,
      requested_on: date,
      external_reference: number,
      channel: 'import',
      lines: (orderLines.get(number) ?? []).map(({ sku, quantity }) => ({
        product_id: company.products.get(sku),
        quantity,
      })),
      ...key('order', number, 'create'),
    });
    const order_id = order.id;
    await as.sales.rpc('submit_order', { order_id, ...key('order', number, 'submit') });
    onStage('placed');
    await as.manager.rpc('approve_order', { order_id, ...key('order', number, 'approve') });
    await as.dispatcher.rpc('allocate_order', { order_id, ...key('order', number, 'allocate') });
    onStage('allocated');
    orders.push(order);
  }

  // Hour after hour from the founding of the company: the same in every run, never two at a time.
  const round = Math.floor(batch.index / vans.length);
  const start = new Date(tenant.createdAt).getTime() + round * 3_600_000;
  const trip = await as.dispatcher.rpc('create_trip', {
    warehouse_id: depot,
    planned_start_at: new Date(start).toISOString(),
    planned_end_at: new Date(start + 3_599_000).toISOString(),
    vehicle_id: van.vehicle,
    driver_id: van.driver,
    order_ids: orders.map((order) => order.id),
    ...key('trip', batch.index, 'create'),
  });
  const trip_id = trip.id;
  await as.dispatcher.rpc('plan_trip', { trip_id, ...key('trip', batch.index, 'plan') });

  const [sheet] = await as.warehouse.get<{
    load_items: { product_id: string; expected: number }[];
  }>(`loads?select=id,load_items(product_id,expected)&trip_id=eq.${trip_id}`);
  const counts = (sheet?.load_items ?? [])
    .map((item) => ({ product_id: item.product_id, count: Number(item.expected) }))
    .toSorted((a, b) => (a.product_id < b.product_id ? -1 : 1));
  await as.warehouse.rpc('confirm_load', {
    trip_id,
    counts,
    ...key('trip', batch.index, 'load', 'depot'),
  });
  await driver.rpc('confirm_load', {
    trip_id,
    counts,
    ...key('trip', batch.index, 'load', 'driver'),
  });
  await as.dispatcher.rpc('dispatch_trip', { trip_id, ...key('trip', batch.index, 'dispatch') });
  for (const _ of orders) onStage('dispatched');
  await driver.rpc('start_trip', { trip_id, ...key('trip', batch.index, 'start') });

  const orderIds = orders.map((order) => order.id).join();
  const items = await driver.get<Row & { order_id: string; quantity: number }>(
    `order_items?select=id,order_id,quantity&order_id=in.(${orderIds})&order=order_id.asc,line_number.asc`,
  );
  for (const [index, order] of orders.entries()) {
    const number = batch.invoices[index]?.number ?? '';
    await driver.rpc('complete_delivery', {
      order_id: order.id,
      items: items
        .filter((item) => item.order_id === order.id)
        .map((item) => ({ order_item_id: item.id, delivered: Number(item.quantity) })),
      received_by: `Customer ${batch.invoices[index]?.customer}`,
      signature: SIGNATURE,
      ...key('order', number, 'deliver'),
    });
    onStage('delivered');
  }

  const offload = await driver.rpc('submit_offload', {
    trip_id,
    items: [],
    ...key('trip', batch.index, 'offload', 'submit'),
  });
  const offload_id = offload.id;
  await as.dispatcher.rpc('review_offload', {
    offload_id,
    ...key('trip', batch.index, 'offload', 'review'),
  });
  await as.dispatcher.rpc('approve_offload', {
    offload_id,
    ...key('trip', batch.index, 'offload', 'approve'),
  });
  await as.dispatcher.rpc('complete_trip', { trip_id, ...key('trip', batch.index, 'complete') });

  const drafts = await as.finance.get<Row & { order_id: string; total: number }>(
    `invoices?select=id,order_id,total&order_id=in.(${orderIds})&status=neq.void`,
  );
  for (const [index, order] of orders.entries()) {
    const number = batch.invoices[index]?.number ?? '';
    const invoice = drafts.find((draft) => draft.order_id === order.id);
    if (!invoice) throw new Error(`Order ${number} was delivered and has no invoice.`);
    await as.finance.rpc('issue_invoice', {
      invoice_id: invoice.id,
      ...key('order', number, 'issue'),
    });
    const payment = await as.sales.rpc('record_payment', {
      customer_id: order.customer_id,
      method: 'bank_transfer',
      amount: invoice.total,
      reference: number,
      order_id: order.id,
      ...key('order', number, 'pay'),
    });
    await as.finance.rpc('approve_payment', {
      payment_id: payment.id,
      ...key('order', number, 'approve_payment'),
    });
    onStage('paid');
  }
}

/** The batches of which an earlier run has not closed the trip and seen every invoice paid. */
export async function openBatches(company: Company, batches: Batch[]): Promise<Batch[]> {
  const { auditor } = company.as;
  const [orders, invoices, stops, trips] = await Promise.all([
    auditor.getAll<Row & { external_reference: string }>(
      'orders',
      'select=id,external_reference&status=eq.delivered',
    ),
    auditor.getAll<Row & { order_id: string }>('invoices', 'select=id,order_id&status=eq.paid'),
    auditor.getAll<Row & { order_id: string; trip_id: string }>(
      'trip_stops',
      'select=id,order_id,trip_id',
    ),
    auditor.getAll<Row>('trips', 'select=id&status=eq.completed'),
  ]);
  const paid = new Set(invoices.map((invoice) => invoice.order_id));
  const completed = new Set(trips.map((trip) => trip.id));
  const home = new Set(
    stops.filter((stop) => completed.has(stop.trip_id)).map((stop) => stop.order_id),
  );
  const finished = new Set(
    orders
      .filter((order) => paid.has(order.id) && home.has(order.id))
      .map((order) => order.external_reference),
  );
  return batches.filter(
    (batch) => !batch.invoices.every((invoice) => finished.has(invoice.number)),
  );
}
