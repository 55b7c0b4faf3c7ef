import { expect, test } from 'vitest';
import { signIn } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { CRATE, confirm, dialogButton, heading, state } from './_support/steps.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

test('crates come back, are inspected, credited and seen on the statement', async () => {
  const browser = visit();
  const company = await Company.open();
  const order = await company.allocated('Westlands Wholesalers', 10);
  await company.started([order], 'KDA 101A', 3);
  await company.delivered(order);
  const invoice = await company.invoiceOf(order);
  await company.by('finance').command('issue_invoice', { invoice_id: invoice.id });

  const sales = await signIn(browser, 'sales@acme.test');
  await sales.open(`/orders/${order.id}`);
  await sales.page.getByRole('link', { name: 'Take goods back' }).click();
  await sales.page.getByLabel(`Quantity of ${CRATE}`).fill('4');
  // A reload loses nothing.
  await sales.page.reload();
  await sales.page.getByText(/This is what you entered until/).waitFor();
  expect(await sales.page.getByLabel(`Quantity of ${CRATE}`).inputValue()).toBe('4');
  await sales.button('Ask for approval').click();
  const number = await heading(sales, 'RET');
  await state(sales, 'Requested');
  const path = new URL(sales.page.url()).pathname;

  const manager = await signIn(browser, 'manager@acme.test');
  await manager.open('/approvals');
  await manager.page.getByRole('link', { name: number }).click();
  await manager.page.waitForURL(`**${path}`);
  await manager.button('Approve').click();
  await state(manager, 'Approved');

  const warehouse = await signIn(browser, 'warehouse@acme.test', { isPhone: true });
  await warehouse.open(path);
  await warehouse.page.getByLabel(`Good: ${CRATE}`).fill('2');
  await warehouse.page.getByLabel(`Defective: ${CRATE}`).fill('1');
  await warehouse.button('Take into stock').click();
  await state(warehouse, 'Received');
  await warehouse.page.getByText('3 came back').waitFor();

  const finance = await signIn(browser, 'finance@acme.test');
  await finance.open(path);
  await finance.page.getByRole('link', { name: 'Draft', exact: true }).click();
  await confirm(finance, 'Issue');
  await state(finance, 'Issued');
  const note = await heading(finance, 'CRN');
  await sales.open(path);
  await state(sales, 'Credited');

  // The rest is credited by hand, no more than is left.
  await finance.open(`/invoices/${invoice.id}`);
  await finance.page.getByRole('link', { name: 'Credit', exact: true }).click();
  await finance.button('All of it').click();
  expect(await finance.page.getByLabel(`Quantity of ${CRATE}`).inputValue()).toBe('7');
  await finance.page.getByLabel('Reason').fill('Delivered to the wrong shop');
  await finance.button('Draft the credit note').click();
  await state(finance, 'Draft');
  await finance.button('Throw away').click();
  await finance.page.getByRole('dialog').getByLabel('Reason').fill('It was the right shop');
  await dialogButton(finance, 'Throw away').click();
  await state(finance, 'Void');

  const customer = await company.customer('Westlands Wholesalers');
  await finance.open('/invoices/receivables');
  await finance.page.getByRole('link', { name: 'Westlands Wholesalers' }).click();
  await finance.page.waitForURL(`**/customers/${customer.id}/statement`);
  await finance.page.getByRole('link', { name: note }).waitFor();
  const owes = await company
    .by('finance')
    .rows(`invoices?customer_id=eq.${customer.id}&status=neq.void&select=balance`);
  const total = owes.reduce((sum, row) => sum + Number(row['balance']), 0);
  const figure = new Intl.NumberFormat('en-KE', { minimumFractionDigits: 2 }).format(total);
  await finance.page.getByRole('cell', { name: figure }).last().waitFor();
  for (const person of [sales, manager, warehouse, finance]) expect(person.errors).toEqual([]);
});
