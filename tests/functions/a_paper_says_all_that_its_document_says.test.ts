import { describe, expect, test } from 'vitest';
import { makePaper } from '../../web/src/lib/paper/make.ts';
import { toPdf } from '../../web/src/lib/paper/pdf.ts';
import { doorTo, ID, pagesOf, paperOf } from './_support/paper.ts';

const LONG_NAME =
  'Kilimanjaro Premium Sparkling Mineral Water with a Twist of Lemon in Returnable Glass Bottles of 300 ml';
const CUSTOMER = { name: 'Java Corner Cafe', tax_id: 'A001234567B', language: null };
const PRINTED = {
  name: 'Java Corner Café & Ngũgĩ',
  code: 'C-001',
  tax_id: 'A001234567B',
  place: 'Nairobi depot',
  address: { label: 'Kitchen', street: 'Moi Avenue 12', city: 'Nairobi' },
  seller: {
    legal_name: 'Acme of Old Limited',
    postal_address: 'River Road 1\nNairobi',
    tax_numbers: 'PIN P000000001A',
    contact_line: '+254 700 000 001',
    bank_details: 'Old Bank\n42',
    mpesa_till: '111222',
    document_terms: 'Terms of old.',
  },
};

const line = (number: number, name = `Product ${number}`) => ({
  product_sku: `SKU-${number}`,
  product_name: name,
  unit: 'crate',
  is_deposit: false,
  quantity: number,
  unit_price: 100.5,
  tax_rate: 16,
  line_total: number * 100.5,
});

const INVOICE = {
  number: 'INV-00007',
  status: 'partially_paid',
  currency: 'KES',
  issued_on: '2026-11-20',
  due_on: '2026-12-20',
  discount_until: '2026-11-27',
  discount_amount: 12.5,
  subtotal: 7236,
  deposit_total: 400,
  total: 8793.76,
  paid_total: 1000,
  balance: 7793.76,
  printed: PRINTED,
  tax_receipt: null,
  customers: CUSTOMER,
  orders: { number: 'ORD-00009' },
  invoice_taxes: [
    { name: 'Tax', percent: 16, amount: 1000.11 },
    { name: 'Levy', percent: 2, amount: 157.65 },
  ],
  invoice_items: [line(3), line(5, LONG_NAME), { ...line(2, 'Crate of 24'), is_deposit: true }],
};

test('an invoice has its numbers, its seller and its customer in the words of its day', async () => {
  const { text, name, pages } = await paperOf('invoice', INVOICE);
  expect(name).toBe('Invoice INV-00007.pdf');
  expect(pages).toHaveLength(1);
  for (const words of [
    'Acme of Old Limited',
    'River Road 1',
    'PIN P000000001A',
    '+254 700 000 001',
    'Invoice INV-00007',
    'Java Corner Café & Ngũgĩ',
    'Kitchen Moi Avenue 12 Nairobi',
    'Tax number A001234567B',
    'Issued 20 Nov 2026',
    'Due 20 Dec 2026',
    'Order ORD-00009',
    'Ksh 12.50 less when paid by 27 Nov 2026',
    'Product 3 (SKU-3) 3 crates 100.50 16 % 301.50',
    `${LONG_NAME} (SKU-5)`,
    'Deposit: Crate of 24 (SKU-2) 2 crates',
    'Goods Ksh 7,236.00',
    'Tax 16 % Ksh 1,000.11',
    'Levy 2 % Ksh 157.65',
    'Deposits Ksh 400.00',
    'Total Ksh 8,793.76',
    'Paid Ksh 1,000.00',
    'To pay Ksh 7,793.76',
    'M-Pesa till or paybill 111222',
    'Old Bank 42',
    'Terms of old.',
    '1 of 1',
  ]) {
    expect(text).toContain(words);
  }
});

test('an invoice that was told to the tax authority bears its receipt', async () => {
  const { text } = await paperOf('invoice', {
    ...INVOICE,
    tax_receipt: {
      control_unit: 'KRACU0100000001',
      number: 57,
      signature: 'QUII27MATATSHFRB',
      internal_data: 'EAHSAV6ECUUXSY6PCCJYAUP6MI',
      signed_at: '2026-11-20T12:00:00+03:00',
      link: 'https://receipts.example/look?Data=P051234567Z00QUII27MATATSHFRB',
    },
  });
  expect(text).toContain('Tax receipt');
  expect(text).toContain('Control unit KRACU0100000001, receipt 57, 20 Nov 2026');
  expect(text).toContain('Signature QUII27MATATSHFRB, internal data EAHSAV6ECUUXSY6PCCJYAUP6MI');
});

test('an invoice of 120 lines has the head of its table on every page and says how many there are', async () => {
  const lines = Array.from({ length: 120 }, (_, index) => line(index + 1));
  const { pages, text } = await paperOf('invoice', { ...INVOICE, invoice_items: lines });
  expect(pages).toHaveLength(4);
  for (const [index, page] of pages.entries()) {
    if (index < 3) expect(page).toContain('Item Quantity Price Tax Amount');
    expect(page).toContain(`${index + 1} of 4`);
  }
  for (const { product_sku: sku } of lines) expect(text).toContain(`(${sku})`);
  expect(pages.at(-1)).toContain('To pay Ksh 7,793.76');
});

test('words that never end are broken instead of running over the next column', async () => {
  const endless = 'X'.repeat(180);
  const { text } = await paperOf('invoice', { ...INVOICE, invoice_items: [line(1, endless)] });
  expect(text.replaceAll(' ', '')).toContain(`${endless}(SKU-1)1crate100.50`);
  expect(text).not.toContain(endless);
});

test('a draft says that it is one, a void invoice that it does not count', async () => {
  const draft = { ...INVOICE, number: null, status: 'draft', printed: null, issued_on: null };
  const { text, name } = await paperOf('invoice', draft);
  expect(name).toBe('Draft invoice.pdf');
  expect(text).toContain('Draft invoice');
  expect(text).toContain('Acme Beverages Limited');
  expect(text).toContain('Java Corner Cafe Tax number');
  expect((await paperOf('invoice', { ...INVOICE, status: 'void' })).text).toContain('Void');
});

describe('the language', () => {
  const inSwahili = { ...INVOICE, customers: { ...CUSTOMER, language: 'sw' } };

  test('is the customer’s, with the words that his supplier uses in it', async () => {
    const { text, name } = await paperOf('invoice', inSwahili);
    expect(name).toBe('Ankara INV-00007.pdf');
    for (const words of [
      'Ankara INV-00007',
      'Oda ORD-00009',
      'Kodi 16 % Ksh 1,000.11',
      'Levy 2 %',
      '3 kreti',
      'Jumla Ksh 8,793.76',
      '1 kati ya 1',
    ]) {
      expect(text).toContain(words);
    }
    const own = { terminology: { sw: { invoice: ['bili', 'bili'] } } };
    expect((await paperOf('invoice', inSwahili, {}, own)).text).toContain('Bili INV-00007');
  });

  test('is the company’s where the customer has none, whoever reads it', async () => {
    const wish = { reader: 'en' } as const;
    const { name } = await paperOf('invoice', INVOICE, wish, { locale: 'sw-TZ' });
    expect(name).toBe('Ankara INV-00007.pdf');
    expect((await paperOf('invoice', INVOICE, { reader: 'sw' })).name).toMatch(/^Invoice/);
  });

  test('is the one that is asked for', async () => {
    expect((await paperOf('invoice', inSwahili, { language: 'en' })).name).toMatch(/^Invoice/);
  });
});

const ORDER = {
  id: ID,
  number: 'ORD-00009',
  status: 'delivered',
  currency: 'KES',
  created_at: '2026-11-19T21:30:00Z',
  requested_on: '2026-11-22',
  external_reference: 'LPO 77',
  notes: 'Ring twice.',
  subtotal: 804,
  total: 932.64,
  status_reason: null,
  printed: PRINTED,
  order_taxes: [{ name: 'Tax', percent: 16, amount: 128.64 }],
  customers: { name: 'Java', language: null },
  customer_addresses: { label: 'Kitchen', street: 'Moi Avenue 12', city: 'Nairobi' },
  warehouses: { name: 'Nairobi' },
  fulfilments: { trips: { number: 'TRP-00003' } },
  delivery_proofs: {
    received_by: 'Linda Wekesa',
    captured_at: '2026-11-22T09:00:00Z',
    signature: null,
    notes: 'Gate 2',
    photo_paths: ['acme/1.jpg', 'acme/1-2.jpg'],
  },
  order_items: [
    { ...line(8), quantity_reserved: 0, quantity_delivered: 7 },
    { ...line(1), quantity_reserved: 0, quantity_delivered: 1 },
  ],
};

test('an order is confirmed with prices from its approval on', async () => {
  const { text, name } = await paperOf('order_confirmation', ORDER);
  expect(name).toBe('Order confirmation ORD-00009.pdf');
  for (const words of [
    // The day where the company is.
    'Date 20 Nov 2026',
    'Wanted on 22 Nov 2026',
    'From Nairobi depot',
    'Reference LPO 77',
    'Product 8 (SKU-8) 8 crates 100.50 16 % 804.00',
    'Goods Ksh 804.00',
    'Total Ksh 932.64',
    'Ring twice.',
    'Terms of old.',
  ]) {
    expect(text).toContain(words);
  }
  const asked = {
    ...ORDER,
    status: 'pending_approval',
    printed: { ...PRINTED, seller: undefined },
  };
  const waiting = await paperOf('order_confirmation', asked);
  expect(waiting.name).toBe('Order ORD-00009.pdf');
  expect(waiting.text).toContain('Pending approval');
});

test('a delivery note has what was taken and who took it, and no prices', async () => {
  const { text } = await paperOf('delivery_note', ORDER);
  for (const words of [
    'Delivery note ORD-00009',
    'Date 22 Nov 2026',
    'Trip TRP-00003',
    'Product 8 (SKU-8) 8 crates 7 crates',
    'Received by Linda Wekesa',
    'Gate 2',
    'Photos kept with this delivery: 2',
  ]) {
    expect(text).toContain(words);
  }
  expect(text).not.toContain('100.50');
  const onItsWay = await paperOf('delivery_note', { ...ORDER, delivery_proofs: null });
  expect(onItsWay.text).toContain('8 crates ________');
});

test('a pick list is in the language of who picks, and has no prices', async () => {
  const order = { ...ORDER, customers: { name: 'Java', language: 'en' } };
  const { text } = await paperOf('pick_list', order, { reader: 'sw' });
  expect(text).toContain('Orodha ya kukusanya bidhaa ORD-00009');
  expect(text).toContain('SKU-8 Product 8 8 kreti 0 ________');
  expect(text).not.toContain('100.50');
});

const TRIP = {
  number: 'TRP-00003',
  status: 'planned',
  planned_start_at: '2026-11-22T05:00:00Z',
  printed: null,
  warehouses: { name: 'Nairobi depot' },
  vehicles: { registration: 'KDA 101A' },
  drivers: { name: 'Daniel Kamau' },
  trip_stops: [
    {
      sequence: 1,
      printed: null,
      orders: { number: 'ORD-00009' },
      customer_addresses: { ...PRINTED.address, customers: { name: 'Java Corner Cafe' } },
    },
  ],
  loads: {
    depot_confirmed_at: null,
    driver_confirmed_at: null,
    load_items: [{ expected: 8, products: { name: 'Cola', sku: 'COL-300', unit: 'crate' } }],
  },
};

test('a load sheet hides what is expected from those who still count, unless the company shows it', async () => {
  const blind = await paperOf('load_sheet', TRIP);
  for (const words of [
    'Load sheet TRP-00003',
    'Leaves 22 Nov 2026, 08:00',
    'Vehicle KDA 101A',
    'Driver Daniel Kamau',
    'COL-300 Cola ________',
    '1. Java Corner Cafe Moi Avenue 12, Nairobi ORD-00009',
    'Counted by the driver',
  ]) {
    expect(blind.text).toContain(words);
  }
  expect(blind.text).not.toContain('8 crates');
  const shown = { business_rules: { 'trips.counts_show_expected': true } };
  expect((await paperOf('load_sheet', TRIP, {}, shown)).text).toContain('8 crates ________');
  const counted = '2026-11-22T04:00:00Z';
  const loads = { ...TRIP.loads, depot_confirmed_at: counted, driver_confirmed_at: counted };
  expect((await paperOf('load_sheet', { ...TRIP, loads })).text).toContain('Cola 8 crates 8');
});

test('a credit note names its invoice and its reason', async () => {
  const { text } = await paperOf('credit_note', {
    ...INVOICE,
    number: 'CRN-00002',
    status: 'issued',
    reason: 'Two crates leaked',
    invoices: { number: 'INV-00007' },
    credit_note_items: [line(2)],
    credit_note_taxes: [],
  });
  for (const words of [
    'Credit note CRN-00002',
    'For invoice INV-00007',
    'Reason Two crates leaked',
    'Product 2 (SKU-2) 2 crates 100.50 16 % 201.00',
    'Credited Ksh 8,793.76',
  ]) {
    expect(text).toContain(words);
  }
});

const PAYMENT = {
  number: 'PAY-00004',
  status: 'approved',
  currency: 'KES',
  method: 'mpesa',
  amount: 1500,
  unallocated: 300,
  refunded_total: 200,
  reference: 'QK7AB12',
  received_at: '2026-11-21T09:05:00Z',
  approved_at: '2026-11-21T10:00:00Z',
  status_reason: null,
  printed: PRINTED,
  customers: CUSTOMER,
  orders: null,
  payment_allocations: [
    { amount: 1000, invoices: { number: 'INV-00007', issued_on: '2026-11-20' } },
  ],
};

test('a receipt says what came in, how, and what it pays', async () => {
  const { text, name } = await paperOf('receipt', PAYMENT);
  expect(name).toBe('Receipt PAY-00004.pdf');
  for (const words of [
    'Received from Java Corner Café & Ngũgĩ',
    'Received 21 Nov 2026, 12:05',
    'Method M-Pesa',
    'Reference QK7AB12',
    'INV-00007 20 Nov 2026 1,000.00',
    'Amount Ksh 1,500.00',
    'Given back Ksh 200.00',
    'Not yet used Ksh 300.00',
  ]) {
    expect(text).toContain(words);
  }
  const waiting = { ...PAYMENT, status: 'pending', approved_at: null, printed: null };
  expect((await paperOf('receipt', waiting)).text).toContain('Receipt PAY-00004 Pending');
});

test('a proposal says what is offered and until when, and whether it still stands', async () => {
  const proposal = {
    number: 'PROP-00003',
    status: 'sent',
    is_standing: true,
    revision: 2,
    valid_until: '2026-12-20',
    currency: 'KES',
    subtotal: 301.5,
    tax_total: 48.24,
    total: 349.74,
    notes: 'Delivered weekly',
    created_at: '2026-11-19T09:00:00Z',
    sent_at: '2026-11-20T09:00:00Z',
    deals: { title: 'Crates for the festival', customers: CUSTOMER },
    proposal_items: [{ ...line(3), line_net: 301.5 }],
  };
  const { text, name } = await paperOf('proposal', proposal);
  expect(name).toBe('Proposal PROP-00003.pdf');
  for (const words of [
    'Java Corner Cafe',
    'Date 20 Nov 2026',
    'Valid until 20 Dec 2026',
    'Version 2',
    'Crates for the festival',
    'Product 3 (SKU-3) 3 crates 100.50 16 % 301.50',
    'Goods Ksh 301.50',
    'Tax Ksh 48.24',
    'Total Ksh 349.74',
    'Delivered weekly',
  ]) {
    expect(text).toContain(words);
  }
  expect(text).not.toContain('Superseded');
  const superseded = { ...proposal, status: 'superseded', is_standing: false };
  expect((await paperOf('proposal', superseded)).text).toContain('Proposal PROP-00003 Superseded');
});

test('a statement has every entry, more than the API answers at once, and the balance', async () => {
  const entry = (kind: string, debit: number, credit: number, balance: number) => ({
    on_date: '2026-11-20',
    kind,
    document_id: null,
    number: kind === 'opening' ? null : 'X-1',
    debit,
    credit,
    balance,
  });
  const account = {
    code: 'C-001',
    ...CUSTOMER,
    entries: [
      entry('opening', 0, 0, 0),
      entry('invoice', 900, 0, 900),
      entry('write_off', 0, 100, 800),
      entry('discount', 0, 50, 750),
    ],
  };
  const span = { from: '2026-11-01', to: '2026-11-30' };
  const { text, link } = await paperOf('statement', account, span);
  for (const words of [
    'Statement of account C-001',
    'Until 30 Nov 2026',
    'Brought forward',
    'Invoice X-1 900.00 900.00',
    'Written off X-1 100.00 800.00',
    'Discount for paying early X-1 50.00 750.00',
    'Charged Ksh 900.00',
    'Paid and credited Ksh 150.00',
    'To pay Ksh 750.00',
    '522522',
  ]) {
    expect(text).toContain(words);
  }
  expect(link).toBe(`https://portal.test/customers/${ID}/statement?from=2026-11-01&to=2026-11-30`);

  const answers = [Array.from({ length: 1000 }, () => entry('invoice', 1, 0, 1)), account.entries];
  const door = doorTo(account);
  const read = door.read.bind(door);
  const made = await makePaper(
    {
      read: (query) =>
        query.startsWith('rpc/')
          ? (read(query), Promise.resolve(answers.shift() ?? []))
          : read(query),
    },
    { paper: 'statement', id: ID, reader: 'en', origin: '', ...span },
  );
  expect(door.asked.at(-1)).toContain('offset=1000');
  const pages = await pagesOf(await toPdf(made?.definition as never));
  expect(pages.join(' ').match(/Invoice X-1/g)).toHaveLength(1001);
});

test('the code leads to the page of the document', async () => {
  expect((await paperOf('invoice', INVOICE)).link).toBe(`https://portal.test/invoices/${ID}`);
  expect((await paperOf('delivery_note', ORDER)).link).toBe(`https://portal.test/orders/${ID}`);
});

test('a damaged logo does not keep an invoice from its customer', async () => {
  const logo = 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAADwAAAAY';
  const { text } = await paperOf('invoice', INVOICE, {}, { logo });
  expect(text).toContain('Total Ksh 8,793.76');
});

test('a document that the reader does not see is no paper', async () => {
  const wish = { paper: 'invoice', id: ID, reader: 'en', origin: '' } as const;
  expect(await makePaper(doorTo(null), wish)).toBeNull();
});
