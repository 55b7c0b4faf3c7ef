import type { Row } from './client.ts';
import type { Company } from './company.ts';
import type { Invoice, Line } from './file.ts';
import { idempotencyKey } from './keys.ts';

/** Goods that come back, by the lines of the invoices that they were sold with. */
export interface Return {
  number: string;
  customer: string;
  items: {
    invoice: string;
    /** The first line of an invoice is 1. */
    line: number;
    quantity: number;
  }[];
  pennies: number;
}

export interface Sales {
  /** The invoices of the file, after what was sold before it begins and comes back in it. */
  invoices: Invoice[];
  returns: Return[];
}

interface Sold {
  invoice: string;
  line: number;
  row: number;
  left: number;
}

const likeness = (customer: string, { sku, pennies }: Line) => `${customer} ${sku} ${pennies}`;

/**
 * Finds what each return gives back: the oldest lines before it of the same customer, product and price of
 * which something is left. What was sold before the file begins stands in an invoice `BEFORE-<customer>` of
 * its own, as the goods that the first day takes from the shelves are stock that was there before.
 *
 * @param invoices those that are carried; of the returns the ones that stand before the end of the last of them
 */
export function planReturns(invoices: Invoice[], returns: Invoice[]): Sales {
  const end = Math.max(...invoices.flatMap(({ lines }) => lines.map(({ row }) => row)));
  const sold = new Map<string, Sold[]>();
  for (const { number, customer, lines } of invoices) {
    for (const [index, line] of lines.entries()) {
      const name = likeness(customer, line);
      const of = { invoice: number, line: index + 1, row: line.row, left: line.quantity };
      sold.set(name, [...(sold.get(name) ?? []), of]);
    }
  }
  const before = new Map<string, Invoice>();
  const carried = returns
    .map((it) => ({ ...it, lines: it.lines.filter(({ row }) => row < end) }))
    .filter(({ lines }) => lines.length > 0);
  const planned = carried.map(({ number, customer, country, lines }) => {
    const items = new Map<string, Return['items'][number]>();
    const take = (invoice: string, line: number, quantity: number) => {
      const name = `${invoice} ${line}`;
      const known = items.get(name)?.quantity ?? 0;
      items.set(name, { invoice, line, quantity: known + quantity });
    };
    for (const line of lines) {
      let missing = line.quantity;
      for (const of of sold.get(likeness(customer, line)) ?? []) {
        const taken = of.row < line.row ? Math.min(of.left, missing) : 0;
        if (taken === 0) continue;
        of.left -= taken;
        missing -= taken;
        take(of.invoice, of.line, taken);
      }
      if (missing === 0) continue;
      const date = invoices[0]?.date ?? '';
      const first = before.get(customer) ?? {
        number: `BEFORE-${customer}`,
        customer,
        country,
        date,
        lines: [],
      };
      first.lines.push({ ...line, quantity: missing });
      before.set(customer, first);
      take(first.number, first.lines.length, missing);
    }
    const pennies = lines.reduce((sum, line) => sum + line.quantity * line.pennies, 0);
    return { number, customer, items: [...items.values()], pennies };
  });
  return { invoices: [...before.values(), ...invoices], returns: planned };
}

interface Item extends Row {
  line_number: number;
  orders: { external_reference: string };
}

/** Which line of which order every line of an invoice has become. */
async function readItems({ as }: Company): Promise<Map<string, string>> {
  const items = await as.auditor.getAll<Item>(
    'order_items',
    'select=id,line_number,orders!inner(external_reference)',
  );
  return new Map(items.map((it) => [`${it.orders.external_reference} ${it.line_number}`, it.id]));
}

/**
 * Takes goods back that were delivered and paid: asked for by sales, approved by the manager, counted at the
 * depot, all of it good, and credited by finance. Every step has a key, as in `carry`.
 */
export async function takeBack(company: Company, returns: Return[]): Promise<void> {
  const { as, tenant } = company;
  if (returns.length === 0) return;
  const done = new Set(
    (
      await as.auditor.getAll<Row & { notes: string }>(
        'returns',
        'select=id,notes&status=eq.credited',
      )
    ).map((it) => it.notes),
  );
  const items = await readItems(company);
  for (const { number, customer, items: wanted } of returns.filter((it) => !done.has(it.number))) {
    const key = (step: string) => ({
      idempotency_key: idempotencyKey(tenant.id, 'return', number, step),
    });
    const { id: return_id } = await as.sales.rpc('request_return', {
      customer_id: company.customers.get(customer),
      reason: 'other',
      notes: number,
      items: wanted.map(({ invoice, line, quantity }) => ({
        order_item_id: items.get(`${invoice} ${line}`),
        quantity,
      })),
      ...key('request'),
    });
    await as.manager.rpc('approve_return', { return_id, ...key('approve') });
    const lines = await as.warehouse.get<Row & { quantity: number }>(
      `return_items?select=id,quantity&return_id=eq.${return_id}&order=id.asc`,
    );
    await as.warehouse.rpc('receive_return', {
      return_id,
      items: lines.map(({ id, quantity }) => ({
        return_item_id: id,
        good: Number(quantity),
        suspect: 0,
        defective: 0,
      })),
      ...key('receive'),
    });
    const notes = await as.finance.get(
      `credit_notes?select=id&return_id=eq.${return_id}&status=eq.draft&order=id.asc`,
    );
    for (const { id } of notes) {
      await as.finance.rpc('issue_credit_note', { credit_note_id: id, ...key(`issue ${id}`) });
    }
  }
}
