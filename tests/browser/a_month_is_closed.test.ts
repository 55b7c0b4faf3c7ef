import { expect, test } from 'vitest';
import { signIn } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { dialogButton } from './_support/steps.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

test('finance decides what holds the month up, closes it, and opens it again with a reason', async () => {
  const company = await Company.open();
  const [customer] = await company
    .by('owner')
    .rows('customers?select=id&name=eq.Java%20Corner%20Cafe');
  // In Nairobi, and closed two hours after its end at the earliest.
  const month = new Date(Date.now() + 3_600_000);
  month.setUTCDate(0);
  // At night the day in Nairobi is the next one already.
  month.setUTCHours(9);
  const name = month.toLocaleString('en', { month: 'long', year: 'numeric', timeZone: 'UTC' });
  const payment = await company.by('sales').command('record_payment', {
    customer_id: customer?.id,
    method: 'cash',
    amount: 10,
    received_at: month.toISOString(),
  });

  const finance = await signIn(visit(), 'finance@acme.test');
  await finance.open('/months');
  const close = finance.page.getByRole('button', { name: `Close ${name}` });
  await finance.page.getByText('Holds it up').waitFor();
  expect(await close.isDisabled()).toBe(true);
  const held = finance.page.locator('li', { hasText: 'Holds it up' });
  expect(await held.getByRole('link').getAttribute('href')).toBe(`/payments/${payment.id}`);

  await company.by('finance').command('approve_payment', { payment_id: payment.id });
  await finance.page.reload();
  await close.click();
  await dialogButton(finance, `Close ${name}`).click();
  await finance.page.getByText('No month waits to be closed').waitFor();
  await finance.page.getByRole('cell', { name: 'Closed', exact: true }).waitFor();

  await finance.page.getByRole('button', { name: `Open ${name} again` }).click();
  await finance.page.getByRole('dialog').getByLabel('Reason').fill('A delivery was forgotten');
  await dialogButton(finance, `Open ${name} again`).click();
  await finance.page.getByRole('cell', { name: 'A delivery was forgotten' }).waitFor();
  await close.waitFor();
});
