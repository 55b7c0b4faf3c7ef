import { beforeAll, expect, test } from 'vitest';
import { Company } from '../browser/_support/company.ts';
import { pagesOf } from '../functions/_support/paper.ts';
import { testStack } from '../harness/stack.ts';
import { as, Client, type Row } from './client.ts';

const NOBODY = '0190a000-0000-7000-8000-00000000ffff';

let company: Company;
let stranger: Client;
let order: Row;
let trip: Row;
let invoice: Row;
let payment: Row;

beforeAll(async () => {
  company = await Company.open();
  await company.hireDriver('Mercy Wanjiru', 'papers.driver@acme.test');
  stranger = await as('admin@globex.test');
  const owner = company.by('owner');
  const { tenant_id: tenant } = await owner.row('tenant_settings?select=tenant_id');
  const saved = await owner.ask(`/rest/v1/tenant_settings?tenant_id=eq.${String(tenant)}`, {
    method: 'PATCH',
    body: { legal_name: 'Acme Beverages Limited', document_terms: 'Ours until it is paid.' },
  });
  expect(saved.status).toBe(204);
  order = await company.allocated('Java Corner Cafe', 10);
  trip = await company.started([order], 'KDB 202B', 5);
  await company.delivered(order, 1, 500);
  const draft = await company.invoiceOf(order);
  invoice = await company.by('finance').command('issue_invoice', { invoice_id: draft.id });
  const paid = await company.by('finance').row(`payments?order_id=eq.${order.id}&select=id`);
  payment = await company.by('finance').command('approve_payment', { payment_id: paid.id });
});

async function make(client: Client, wish: object, headers: Record<string, string> = {}) {
  const stack = testStack();
  const response = await fetch(`${stack.url}/functions/v1/make-document`, {
    method: 'POST',
    headers: {
      apikey: stack.publishableKey,
      'content-type': 'application/json',
      ...(client.token && { authorization: `Bearer ${client.token}` }),
      ...headers,
    },
    body: JSON.stringify(wish),
  });
  return response;
}

async function read(role: string, wish: object): Promise<{ text: string; name: string }> {
  const response = await make(company.by(role), wish);
  if (response.status !== 200) throw new Error(await response.text());
  expect(response.headers.get('content-type')).toBe('application/pdf');
  const [, name = ''] =
    response.headers.get('content-disposition')?.match(/^attachment; filename\*=UTF-8''(.+)$/) ??
    [];
  const pages = await pagesOf(new Uint8Array(await response.arrayBuffer()));
  return { text: pages.join(' '), name: decodeURIComponent(name) };
}

const amount = (value: unknown) =>
  Number(value).toLocaleString('en-KE', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

test('each document of a delivery is a paper with the numbers of the record', async () => {
  const line = await company
    .by('finance')
    .row(`invoice_items?invoice_id=eq.${invoice.id}&is_deposit=is.false&select=*`);
  const bill = await read('finance', { paper: 'invoice', id: invoice.id });
  expect(bill.name).toBe(`Invoice ${String(invoice['number'])}.pdf`);
  for (const words of [
    'Acme Beverages Limited',
    'Java Corner Cafe',
    `Order ${String(order['number'])}`,
    `9 crates ${amount(line['unit_price'])}`,
    amount(line['line_total']),
    `Total Ksh ${amount(invoice['total'])}`,
    'Ours until it is paid.',
  ]) {
    expect(bill.text).toContain(words);
  }
  const left = await company.by('finance').row(`invoices?id=eq.${invoice.id}&select=balance`);
  expect(bill.text).toContain(`To pay Ksh ${amount(left['balance'])}`);

  const receipt = await read('finance', { paper: 'receipt', id: payment.id });
  expect(receipt.text).toContain('Received from Java Corner Cafe');
  expect(receipt.text).toContain(`${String(invoice['number'])}`);
  expect(receipt.text).toContain('Amount Ksh 500.00');

  const confirmation = await read('sales', { paper: 'order_confirmation', id: order.id });
  expect(confirmation.text).toContain(`Total Ksh ${amount(order['total'])}`);
  const note = await read('driver', { paper: 'delivery_note', id: order.id });
  expect(note.text).toContain('10 crates 9 crates');
  expect(note.text).toContain('Received by Linda Wekesa');
  const picks = await read('warehouse', { paper: 'pick_list', id: order.id });
  expect(picks.text).toContain('COL-300');
  const load = await read('driver', { paper: 'load_sheet', id: trip.id });
  expect(load.text).toContain(`Load sheet ${String(trip['number'])}`);
  expect(load.text).toContain('10 crates 10');
  expect(load.text).toContain(String(order['number']));

  const credit = await company.by('finance').command('credit_invoice', {
    invoice_id: invoice.id,
    reason: 'A crate leaked',
    items: [{ invoice_item_id: line.id, quantity: 1 }],
  });
  const issued = await company
    .by('manager')
    .command('issue_credit_note', { credit_note_id: credit.id });
  const credited = await read('finance', { paper: 'credit_note', id: credit.id });
  expect(credited.text).toContain(`For invoice ${String(invoice['number'])}`);
  expect(credited.text).toContain(`Credited Ksh ${amount(issued['total'])}`);

  const account = await company.by('finance').rpc<{ balance: number }[]>('customer_statement', {
    customer_id: order['customer_id'],
  });
  const statement = await read('finance', { paper: 'statement', id: order['customer_id'] });
  expect(statement.text).toContain(`Invoice ${String(invoice['number'])}`);
  const balance = Number(account.body.at(-1)?.balance);
  expect(statement.text).toContain(
    `${balance < 0 ? 'In your favour' : 'To pay'} Ksh ${amount(Math.abs(balance))}`,
  );
});

test('a customer who reads Swahili has his papers in Swahili', async () => {
  const changed = await company
    .by('manager')
    .ask(`/rest/v1/customers?id=eq.${String(order['customer_id'])}`, {
      method: 'PATCH',
      body: { language: 'sw' },
    });
  expect(changed.status).toBe(204);
  const bill = await read('finance', { paper: 'invoice', id: invoice.id });
  expect(bill.name).toBe(`Ankara ${String(invoice['number'])}.pdf`);
  expect(bill.text).toContain('9 kreti');
  const english = await read('finance', { paper: 'invoice', id: invoice.id, language: 'en' });
  expect(english.name).toMatch(/^Invoice/);
});

test('the paper of another company is as unknown as one that nobody has', async () => {
  const wishes = (id: unknown) => [
    { paper: 'invoice', id },
    { paper: 'receipt', id },
    { paper: 'order_confirmation', id },
    { paper: 'load_sheet', id },
    { paper: 'statement', id },
  ];
  const theirs = [invoice.id, payment.id, order.id, trip.id, order['customer_id']];
  for (const [index, id] of theirs.entries()) {
    const asked = await make(stranger, wishes(id)[index] as object);
    const unknown = await make(stranger, wishes(NOBODY)[index] as object);
    expect([asked.status, await asked.json()]).toEqual([unknown.status, await unknown.json()]);
    expect(asked.status).toBe(404);
  }
});

test('who may not see a document has no paper of it, and a visitor none at all', async () => {
  // The driver delivers; what is billed is not his.
  expect((await make(company.by('driver'), { paper: 'invoice', id: invoice.id })).status).toBe(404);
  expect((await make(new Client(), { paper: 'invoice', id: invoice.id })).status).toBe(401);
});

test('what cannot be asked for is refused with the next step', async () => {
  for (const wish of [
    {},
    { paper: 'cheque', id: NOBODY },
    { paper: 'invoice', id: 'x' },
    { paper: 'invoice', id: `${NOBODY}&select=*` },
    { paper: 'statement', id: NOBODY, from: 'yesterday' },
    { paper: 'invoice', id: NOBODY, language: 'fr' },
  ]) {
    const response = await make(company.by('finance'), wish);
    expect([response.status, await response.json()]).toEqual([
      422,
      expect.objectContaining({
        message: 'input_invalid',
        hint: expect.stringContaining('order_confirmation') as string,
      }),
    ]);
  }
  const backwards = await make(company.by('finance'), {
    paper: 'statement',
    id: order['customer_id'],
    from: '2026-12-01',
    to: '2026-11-01',
  });
  expect([backwards.status, await backwards.json()]).toEqual([
    422,
    expect.objectContaining({ message: 'input_invalid' }),
  ]);
});
