import { expect, test } from 'vitest';
import { signIn } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { confirm, heading, select, state } from './_support/steps.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();
const SHOPS = ['Java Corner Cafe', 'Westlands Wholesalers', 'Kilimani Mini Mart'];

test('orders are shared out among vans, and the plan becomes trips', async () => {
  const browser = visit();
  const company = await Company.open();
  const orders = await Promise.all(SHOPS.map((shop) => company.allocated(shop, 2)));

  const dispatcher = await signIn(browser, 'dispatcher@acme.test');
  const { page } = dispatcher;
  await dispatcher.open('/planning');
  await page.getByRole('link', { name: 'New plan' }).click();
  await select(dispatcher, 'Depot', { label: 'Nairobi depot' });
  for (const { number } of orders) await page.getByText(String(number)).waitFor();
  // What the demo day left waits for another one.
  for (const other of await page.getByRole('checkbox', { name: /^ORD-/ }).all()) {
    const name = await other.locator('xpath=..').innerText();
    if (!orders.some(({ number }) => name.includes(String(number)))) await other.uncheck();
  }
  // By keyboard alone: a van stays at home, and the plan is drafted.
  await page.getByRole('checkbox', { name: /KDC 303C/ }).focus();
  await page.keyboard.press('Space');
  await dispatcher.button('Draft the plan').focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/planning\/[0-9a-f-]{36}$/);
  expect(await heading(dispatcher, 'PLN')).toMatch(/^PLN-\d+$/);

  await dispatcher.button('Share out the orders').click();
  // The page is told when the solver has answered.
  await state(dispatcher, 'Routes planned');
  for (const { number } of orders) await page.getByText(String(number)).waitFor();
  expect(await page.getByText('KDC 303C').count()).toBe(0);
  await page.reload();
  await state(dispatcher, 'Routes planned');

  await confirm(dispatcher, 'Make the trips');
  await state(dispatcher, 'Applied');
  await page
    .getByRole('link', { name: /TRP-\d+/ })
    .first()
    .click();
  await page.getByText(SHOPS[0] ?? '').waitFor();
  await state(dispatcher, 'Draft');
  await page.getByRole('link', { name: /PLN-\d+/ }).waitFor();
});
