import { expect, test } from 'vitest';
import { signIn } from '../harness/browser.ts';
import { testStack } from '../harness/stack.ts';
import { Company } from './_support/company.ts';
import { dialogButton, state } from './_support/steps.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

test('a statement of M-Pesa is taken in by one, and another says whose money it is', async () => {
  const browser = visit();
  const company = await Company.open();
  const order = await company.allocated('Java Corner Cafe', 1);
  await company.started([order], 'KDA 101A', 6);
  await company.delivered(order, 0, 0);
  const invoice = await company.invoiceOf(order);
  const { number, balance } = await company
    .by('finance')
    .command('issue_invoice', { invoice_id: invoice.id });

  const owner = await signIn(browser, 'owner@acme.test');
  await owner.open('/payments/statement');
  await owner.page.getByRole('link', { name: 'Take a statement in' }).click();
  const file = [
    'Receipt No.,Completion Time,Transaction Status,Paid In,Withdrawn,Other Party Info,A/C No.',
    `SBW1AB2CD3,25-11-2026 09:15:00,Completed,"${balance}",,254711000777 - JANE WANJIRU,${number}`,
    'SBW2AB2CD3,25-11-2026 09:15:01,Completed,,-23.00,,',
    'SBW3AB2CD3,25-11-2026 10:00:00,Completed,4.50,,2547*****999 - BANK INTEREST,',
    ',25-11-2026 11:00:00,Completed,5.00,,,',
  ].join('\n');
  await owner.page.locator('input[type=file]').setInputFiles({
    name: 'mpesa.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(file),
  });
  await owner.page.getByText('M-Pesa, CSV, UTF-8, comma, decimal point, d/m/y').waitFor();
  await owner.page.getByText('Receipt No. is missing.').waitFor();
  await owner.page.getByLabel('Account', { exact: true }).fill('Paybill 600638');
  await owner.button('Take them in').click();
  await owner.page.getByText('2 lines are new, 0 known already.').waitFor();
  await owner.page.getByRole('link', { name: 'Show what is open' }).click();
  await owner.page.getByRole('link', { name: 'SBW1AB2CD3' }).click();
  await owner.page.getByText('You wrote this line').waitFor();

  const finance = await signIn(browser, 'finance@acme.test');
  await finance.open('/payments/statement?status=open');
  await finance.page.getByRole('link', { name: 'SBW1AB2CD3' }).click();
  await finance.page.getByText('The payer named this invoice').waitFor();
  await finance.button('Choose').first().click();
  await finance.page.getByText(`Pays ${number}`).waitFor();
  await finance.page.getByLabel('Amount, once more').fill('1');
  await finance.button('Take it as a payment').click();
  await finance.page.getByText('This is not the amount of the statement line.').waitFor();
  await finance.page.getByLabel('Amount, once more').fill(String(balance));
  await finance.button('Take it as a payment').click();
  await state(finance, 'Matched');
  await finance.open(`/invoices/${invoice.id}`);
  await state(finance, 'Paid');

  await finance.open('/payments/statement?status=open');
  await finance.page.getByRole('link', { name: 'SBW3AB2CD3' }).click();
  await finance.button('Set aside').click();
  await finance.page.getByRole('dialog').getByLabel('Reason').fill('Interest of the bank');
  await dialogButton(finance, 'Set aside').click();
  await state(finance, 'Set aside');
  for (const person of [owner, finance]) expect(person.errors).toEqual([]);
});

test('the address of a paybill is shown once, and M-Pesa tells of a payment at it', async () => {
  const owner = await signIn(visit(), 'owner@acme.test');
  await owner.open('/settings');
  await owner.button('Add one').click();
  await owner.page.getByRole('dialog').getByLabel('Name', { exact: true }).fill('Counter till');
  await owner.page.getByRole('dialog').getByLabel('Short code').fill('174379');
  await dialogButton(owner, 'Save').click();
  await owner.button('Make the address').click();
  const shown = owner.page.getByText(/\/functions\/v1\/paybill\/[\w-]{43}\/confirmation/);
  const address = new URL((await shown.innerText()).trim());
  await owner.button('I have kept them').click();
  expect(await shown.count()).toBe(0);

  const told = await fetch(`${testStack().url}${address.pathname}`, {
    method: 'POST',
    body: JSON.stringify({
      TransID: 'SBW9AB2CD3',
      TransTime: '20261120101500',
      TransAmount: '75.00',
      BusinessShortCode: '174379',
    }),
  });
  expect(await told.json()).toMatchObject({ ResultCode: 0 });
  await owner.open('/payments/statement?search=SBW9');
  await owner.page.getByText('Counter till').first().waitFor();
  expect(owner.errors).toEqual([]);
});
