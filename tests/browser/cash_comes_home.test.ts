import { expect, test } from 'vitest';
import { signIn } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { dialogButton, state } from './_support/steps.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

test('a driver hands in the cash of his trip, finance counts it, what is missing is his', async () => {
  const browser = visit();
  const company = await Company.open();
  const order = await company.allocated('Java Corner Cafe', 4);
  const trip = await company.started([order], 'KDA 101A', 5);
  await company.delivered(order, 0, 3000);

  const driver = await signIn(browser, 'driver@acme.test', { isPhone: true });
  await driver.open(`/drive?trip=${trip.id}`);
  await driver.page.getByLabel('Cash, counted by you').fill('3000');
  await driver.button('Hand in the cash').click();
  const link = driver.page.getByRole('link', { name: /SET-\d+/ });
  const number = await link.innerText();

  const finance = await signIn(browser, 'finance@acme.test');
  await finance.open('/approvals');
  await finance.page.getByRole('link', { name: number }).click();
  await finance.page.waitForURL('**/settlements/*');
  await finance.button('Send back').click();
  await finance.page.getByRole('dialog').getByLabel('Reason').fill('The bag was open');
  await dialogButton(finance, 'Send back').click();
  await state(finance, 'Disputed');

  // The driver sees why, and hands it in again.
  await driver.page.getByText('Sent back: The bag was open').waitFor();
  await driver.page.getByLabel('Cash, counted by you').fill('2950');
  await driver.button('Hand in the cash').click();
  await state(finance, 'Submitted');
  await finance.page.getByLabel('Counted').fill('2900');
  await finance.button('Take it in').click();
  await state(finance, 'Approved');
  await finance.page.getByText(/100\.00 differs/).waitFor();
  await finance.open('/variances');
  await finance.page
    .getByText(/-.*100/)
    .first()
    .waitFor();
  for (const person of [driver, finance]) expect(person.errors).toEqual([]);
});
