import { expect, test } from 'vitest';
import { signIn } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

test('a click on a figure shows the rows that make it, and leads to their documents', async () => {
  const company = await Company.open();
  const order = await company.approved('Westlands Wholesalers', 12);
  const sales = await signIn(visit(), 'manager@acme.test');
  await sales.open(`/customers/${order['customer_id']}`);
  await sales.button(/^Credit used/).click();
  const dialog = sales.page.getByRole('dialog', { name: 'Credit used' });
  const number = dialog.getByRole('link', { name: String(order['number']) });
  await number.waitFor();
  const total = await dialog.getByRole('row', { name: /^Together/ }).innerText();
  const used = await sales.page.getByText(/used of/).innerText();
  expect(used.split(' used of')[0]).toBe(total.replace('Together', '').trim());
  await number.click();
  await sales.page.getByRole('heading', { level: 1, name: String(order['number']) }).waitFor();
  await dialog.waitFor({ state: 'hidden' });
  await sales.button(/^Total/).click();
  await sales.page
    .getByRole('dialog', { name: 'Total' })
    .getByRole('row', { name: /Tax/ })
    .first()
    .waitFor();
  expect(sales.errors).toEqual([]);
});

test('a figure in a list shows on a click what it is made of', async () => {
  const company = await Company.open();
  const order = await company.allocated('Karen Country Kiosk', 3);
  const warehouse = await signIn(visit(), 'warehouse@acme.test');
  const { page } = warehouse;
  await warehouse.open('/stock?q=COL-300');
  const row = page.getByRole('row', { name: /COL-300.*Nairobi depot.*Good/ });
  await row.getByRole('button', { name: /^Reserved/ }).click();
  await page
    .getByRole('dialog', { name: 'Reserved' })
    .getByRole('link', { name: String(order['number']) })
    .waitFor();
  await page.keyboard.press('Escape');
  await row.getByRole('button', { name: /^On hand/ }).click();
  await page
    .getByRole('dialog', { name: 'On hand' })
    .getByRole('row', { name: /^Together/ })
    .waitFor();

  const dispatcher = await signIn(visit(), 'dispatcher@acme.test');
  await dispatcher.open(`/orders?q=${String(order['number'])}`);
  await dispatcher.page
    .getByRole('row', { name: new RegExp(String(order['number'])) })
    .getByRole('button', { name: /^Total/ })
    .click();
  await dispatcher.page
    .getByRole('dialog', { name: 'Total' })
    .getByRole('row', { name: /^Together/ })
    .waitFor();
  expect(warehouse.errors).toEqual([]);
  expect(dispatcher.errors).toEqual([]);
});
