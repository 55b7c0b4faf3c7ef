import { expect, test } from 'vitest';
import { enter, type Person, signIn, visitor } from '../harness/browser.ts';
import { bringAxe, violationsOf } from './_support/axe.ts';
import { Company } from './_support/company.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

const heading = ({ page }: Person, name: string | RegExp) =>
  page.getByRole('heading', { level: 1, name }).waitFor();

test('a customer orders by phone, follows it, pays, counts his empties and complains', async () => {
  const company = await Company.open();
  // What he was brought yesterday, and owes.
  const earlier = await company.allocated('Mama Njeri Shop', 3);
  await company.started([earlier], 'KDA 101A', 1);
  await company.delivered(earlier, 0);
  const bill = await company.invoiceOf(earlier);
  await company.by('finance').command('issue_invoice', { invoice_id: bill.id });

  const customer = await visitor(visit(), { isPhone: true });
  const { page } = customer;
  await bringAxe(customer);
  await enter(customer, 'customer@acme.test');
  await heading(customer, 'Mama Njeri Shop');
  expect(new URL(page.url()).pathname).toBe('/my');
  expect(await violationsOf(customer)).toEqual([]);

  // The pages of the company lead back to his own.
  await customer.open('/customers');
  await heading(customer, 'Mama Njeri Shop');

  // An order, from what he usually orders.
  await page.getByRole('navigation', { name: 'Main' }).getByText('Order now').click();
  await heading(customer, 'New order');
  await page.getByPlaceholder('Find a product').fill('cola');
  await page.getByRole('button', { name: /^Add Cola 300/ }).click();
  await page.getByLabel(/^Cola 300/).fill('2');
  await page.getByText('Total').waitFor();
  expect(await violationsOf(customer)).toEqual([]);
  await customer.button('Send the order').click();
  await heading(customer, /^ORD-/);
  await page.getByText('Sent to the company').waitFor();
  const placed = new URL(page.url()).pathname.split('/').at(-1);
  expect(await violationsOf(customer)).toEqual([]);

  // The company sees whose order it is, and the customer that it was confirmed.
  await company.by('manager').command('approve_order', { order_id: placed });
  await page.reload();
  await page.getByText('Confirmed').waitFor();
  expect(await page.getByRole('button', { name: 'Give it up' }).count()).toBe(0);

  // His invoice as a file.
  await customer.open('/my/bills');
  await heading(customer, 'Invoices');
  expect(await violationsOf(customer)).toEqual([]);
  for (const [row, name] of [
    [page.getByRole('listitem').first(), /^Invoice INV-.*\.pdf$/],
    [
      page.locator('section', { hasText: 'Statement of account' }),
      /^Statement of account .*\.pdf$/,
    ],
  ] as const) {
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      row.getByRole('button', { name: 'PDF' }).click(),
    ]);
    expect(file.suggestedFilename()).toMatch(name);
  }

  // Money.
  await customer.open('/my/pay');
  await page.getByText('Account number').waitFor();
  await page.getByLabel('M-Pesa code').fill('SKL4ABC123');
  await customer.button('Send').click();
  await page.getByText('SKL4ABC123').waitFor();
  await page.getByText('Pending').waitFor();
  expect(await violationsOf(customer)).toEqual([]);

  // Empties: not as many as the books say.
  await customer.open('/my/empties');
  await page
    .getByLabel(/^Count of/)
    .first()
    .fill('1');
  await customer.button('Confirm the count').click();
  await page.getByText('You said 1 on').waitFor();
  expect(await violationsOf(customer)).toEqual([]);

  // A complaint about the order.
  await customer.open(`/my/orders/${earlier.id}`);
  await page.getByRole('link', { name: 'Complaint or question' }).click();
  await page.getByLabel(/^What is wrong with ORD-/).fill('One bottle was broken');
  await customer.button('Send').click();
  await page.getByRole('listitem').filter({ hasText: 'One bottle was broken' }).waitFor();
  expect(await violationsOf(customer)).toEqual([]);
  const [task] = await company
    .by('sales')
    .rows(`tasks?select=title,document_kind&document_id=eq.${earlier.id}`);
  expect(task).toEqual({
    title: 'Mama Njeri Shop: One bottle was broken',
    document_kind: 'order',
  });

  // All of it in Swahili.
  await customer.button('My account').click();
  await Promise.all([
    page.waitForEvent('load'),
    page.getByRole('menuitem', { name: 'Kiswahili' }).click(),
  ]);
  for (const [path, name] of [
    ['/my', 'Mama Njeri Shop'],
    ['/my/order', 'Oda mpya'],
    ['/my/orders', 'Oda'],
    ['/my/bills', 'Ankara'],
    ['/my/pay', 'Lipa'],
    ['/my/empties', 'Vitupu ulivyonavyo'],
    ['/my/help', 'Malalamiko au swali'],
  ] as const) {
    await customer.open(path);
    await heading(customer, name);
    expect(await violationsOf(customer)).toEqual([]);
  }
  expect(customer.errors).toEqual([]);
});

test('the pages of a customer are for customers', async () => {
  const sales = await signIn(visit(), 'sales@acme.test');
  await sales.open('/my/bills');
  await sales.page.waitForURL((url) => url.pathname === '/');
  expect(sales.errors).toEqual([]);
});
