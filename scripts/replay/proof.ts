import type { Row } from './client.ts';
import type { Company } from './company.ts';
import { invoiceTotal, type Invoice } from './file.ts';
import { planBatches } from './orders.ts';
import type { Return } from './returns.ts';

/** One thing that has to be so, and whether it is. */
export interface Check {
  name: string;
  expected: string;
  actual: string;
  isRight: boolean;
}

const pennies = (amount: unknown) => Math.round(Number(amount) * 100);
const money = (amount: number) => (amount / 100).toFixed(2);

function equal(name: string, expected: string | number, actual: string | number): Check {
  return { name, expected: String(expected), actual: String(actual), isRight: expected === actual };
}

interface Order extends Row {
  external_reference: string;
  status: string;
  total: number;
}

async function checkOrders({ as }: Company, invoices: Invoice[]): Promise<Check[]> {
  const orders = await as.auditor.getAll<Order>(
    'orders',
    'select=id,external_reference,status,total',
  );
  const byReference = new Map(orders.map((order) => [order.external_reference, order]));
  const billed = await as.auditor.getAll<
    Row & { order_id: string; status: string; total: number; paid_total: number }
  >('invoices', 'select=id,order_id,status,total,paid_total');
  const byOrder = new Map(billed.map((invoice) => [invoice.order_id, invoice]));
  const wrong: string[] = [];
  for (const invoice of invoices) {
    const order = byReference.get(invoice.number);
    const bill = byOrder.get(order?.id ?? '');
    const wanted = invoiceTotal(invoice);
    const isRight =
      order?.status === 'delivered' &&
      pennies(order.total) === wanted &&
      bill?.status === 'paid' &&
      pennies(bill.total) === wanted &&
      pennies(bill.paid_total) === wanted;
    if (!isRight) {
      wrong.push(
        `${invoice.number}: file ${money(wanted)}, order ${order?.status} ${order?.total}, invoice ${bill?.status} ${bill?.total}`,
      );
    }
  }
  const sum = (values: unknown[]) =>
    money(values.reduce<number>((total, value) => total + pennies(value), 0));
  const file = money(invoices.reduce((total, invoice) => total + invoiceTotal(invoice), 0));
  return [
    equal('orders', invoices.length, orders.length),
    equal('orders and invoices that differ from the file', '', wrong.slice(0, 5).join('; ')),
    equal('sum of the orders', file, sum(orders.map((order) => order.total))),
    equal('sum of the invoices paid', file, sum(billed.map((invoice) => invoice.paid_total))),
  ];
}

interface Movement extends Row {
  warehouse_id: string;
  product_id: string;
  condition: string;
  quantity: number;
  kind: string;
}

/** Quantities have three decimals; as whole thousandths their sums are exact. */
const thousandths = (quantity: unknown) => Math.round(Number(quantity) * 1000);

async function checkStock(
  { as, depot, products }: Company,
  invoices: Invoice[],
  returns: Return[],
): Promise<Check[]> {
  const [movements, balances] = await Promise.all([
    as.auditor.getAll<Movement>(
      'inventory_transactions',
      'select=id,warehouse_id,product_id,condition,quantity,kind',
    ),
    as.auditor.getAll<Row & Movement & { on_hand: number; reserved: number }>(
      'inventory',
      'select=id,warehouse_id,product_id,condition,on_hand,reserved',
    ),
  ]);
  const place = (row: Movement) => `${row.warehouse_id} ${row.product_id} ${row.condition}`;
  const sums = new Map<string, number>();
  for (const movement of movements) {
    const at = place(movement);
    sums.set(at, (sums.get(at) ?? 0) + thousandths(movement.quantity));
  }
  const different = balances.filter(
    (balance) => (sums.get(place(balance)) ?? 0) !== thousandths(balance.on_hand),
  );
  const places = new Set(balances.map(place));
  const unbalanced = [...sums.keys()].filter((at) => !places.has(at));
  const delivered = movements
    .filter((movement) => movement.kind === 'delivery')
    .reduce((sum, movement) => sum - thousandths(movement.quantity), 0);
  const sold = invoices
    .flatMap((invoice) => invoice.lines)
    .reduce((sum, line) => sum + line.quantity, 0);
  const shelves = balances.filter((balance) => balance.warehouse_id === depot);
  return [
    equal(
      'balances that differ from the sum of their movements',
      0,
      different.length + unbalanced.length,
    ),
    equal('products with a balance at the depot', products.size, shelves.length),
    equal('pieces delivered', sold, delivered / 1000),
    equal(
      'pieces that came back, and nothing else, are at the depot',
      returns.flatMap(({ items }) => items).reduce((sum, item) => sum + item.quantity, 0),
      shelves.reduce((sum, shelf) => sum + thousandths(shelf.on_hand), 0) / 1000,
    ),
    equal(
      'reservations left, and vans with goods',
      0,
      balances.filter(
        (it) =>
          Number(it.reserved) !== 0 || (it.warehouse_id !== depot && Number(it.on_hand) !== 0),
      ).length,
    ),
  ];
}

/** Every return is credited with what the file says, on the invoices that its goods were sold with. */
async function checkReturns({ as }: Company, returns: Return[]): Promise<Check[]> {
  const [taken, notes] = await Promise.all([
    as.auditor.getAll<Row & { notes: string; status: string }>('returns', 'select=id,notes,status'),
    as.auditor.getAll<Row & { return_id: string; status: string; total: number }>(
      'credit_notes',
      'select=id,return_id,status,total',
    ),
  ]);
  const byNumber = new Map(taken.map((it) => [it.notes, it]));
  const wrong = returns.flatMap(({ number, pennies: wanted }) => {
    const found = byNumber.get(number);
    const issued = notes.filter((it) => it.return_id === found?.id && it.status === 'issued');
    const credited = issued.reduce((sum, note) => sum + pennies(note.total), 0);
    if (found?.status === 'credited' && credited === wanted) return [];
    return [`${number}: file ${money(wanted)}, ${found?.status} ${money(credited)}`];
  });
  return [
    equal('returns', returns.length, taken.length),
    equal('returns that differ from the file', '', wrong.slice(0, 5).join('; ')),
  ];
}

async function checkEvents(
  { as, vans }: Company,
  invoices: Invoice[],
  returns: Return[],
): Promise<Check[]> {
  const trips = planBatches(invoices, vans.length).length;
  const credits = returns.reduce(
    (sum, { items }) => sum + new Set(items.map((item) => item.invoice)).size,
    0,
  );
  const wanted: [string, number][] = [
    ...[
      'order.created',
      'order.submitted',
      'order.approved',
      'order.allocated',
      'order.dispatched',
      'order.delivery_started',
      'order.delivered',
      'invoice.issued',
      'invoice.paid',
      'payment.recorded',
    ].map((type): [string, number] => [type, invoices.length]),
    ...[
      'trip.planned',
      'trip.dispatched',
      'trip.started',
      'trip.completed',
      'offload.approved',
    ].map((type): [string, number] => [type, trips]),
    ...['return.approved', 'return.received', 'return.credited'].map((type): [string, number] => [
      type,
      returns.length,
    ]),
    ['credit_note.issued', credits],
    // The invoices were paid, so that a credit is an advance of the customer.
    ['payment.approved', invoices.length + credits],
    ['trip.load_confirmed', trips * 2],
    ['order.status_changed', invoices.length * 6],
  ];
  return Promise.all(
    wanted.map(async ([type, count]) =>
      equal(`events ${type}`, count, await as.auditor.count('events', `event_type=eq.${type}`)),
    ),
  );
}

async function checkAudit({ as }: Company): Promise<Check[]> {
  const [chain] = await as.auditor.rpc<{ is_intact: boolean }[]>('verify_audit');
  return [equal('audit trail', 'intact', chain?.is_intact ? 'intact' : 'broken')];
}

/** Compares what the company's auditor reads over HTTP with the file. */
export async function prove(
  company: Company,
  invoices: Invoice[],
  returns: Return[],
): Promise<Check[]> {
  const parts = await Promise.all([
    checkOrders(company, invoices),
    checkStock(company, invoices, returns),
    checkReturns(company, returns),
    checkEvents(company, invoices, returns),
    checkAudit(company),
  ]);
  return parts.flat();
}
