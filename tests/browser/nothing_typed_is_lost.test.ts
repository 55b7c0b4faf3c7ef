import { expect, test } from 'vitest';
import { signIn } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { sign } from './_support/steps.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

test('a half recorded delivery survives going back and a reload without network, and says what to collect', async () => {
  const company = await Company.open();
  const order = await company.allocated('Karen Country Kiosk', 10);
  await company.started([order], 'KDA 101A', 1);
  const driver = await signIn(visit(), 'driver@acme.test', { isPhone: true });
  const { page } = driver;
  // A driver's day is his trip.
  await page.waitForURL(/\/drive$/);
  await page.getByRole('link', { name: 'Karen Country Kiosk' }).click();

  const collect = page.getByText('To collect').locator('xpath=following-sibling::*');
  const figure = async () => Number((await collect.innerText()).replace(/[^\d.]/g, ''));
  await collect.waitFor();
  await expect.poll(figure).toBeGreaterThan(0);
  const whole = await figure();
  const fewer = page.getByRole('group', { name: /^Delivered of/ }).getByRole('button', {
    name: 'One less',
  });
  await fewer.click();
  await expect.poll(figure).toBeLessThan(whole);
  const nine = await figure();
  const empties = page.getByRole('group', { name: /^Empties/ });
  await empties.getByRole('spinbutton').fill('9');
  await expect.poll(figure).toBeLessThan(nine);
  const due = await figure();
  await page.getByRole('combobox', { name: 'Paid with' }).selectOption({ label: 'Cash' });
  await expect.poll(() => page.getByLabel('Amount').inputValue()).toBe(String(due));
  await page.getByLabel('Received by').fill('Linda Wekesa');
  await sign(driver);
  await page.getByText('Signed.').waitFor();

  await page.getByRole('link', { name: 'All stops' }).click();
  await driver.button('Stay here').click();
  expect(await page.getByLabel('Received by').inputValue()).toBe('Linda Wekesa');
  await page.getByRole('link', { name: 'All stops' }).click();
  await driver.button('Keep it and leave').click();
  await page.waitForURL(/\/drive$/);

  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await driver.context.setOffline(true);
  await page.reload();
  await page.getByRole('link', { name: 'Karen Country Kiosk' }).waitFor();
  await page.getByText(/No network\. This is as of/).waitFor();
  await page.getByRole('link', { name: 'Karen Country Kiosk' }).click();
  await page.getByText(/This is what you entered until/).waitFor();
  await page.reload();
  await page.getByText(/This is what you entered until/).waitFor();
  expect(await page.getByLabel('Received by').inputValue()).toBe('Linda Wekesa');
  const delivered = page.getByRole('group', { name: /^Delivered of/ }).getByRole('spinbutton');
  expect(await delivered.inputValue()).toBe('9');
  expect(await empties.getByRole('spinbutton').inputValue()).toBe('9');
  await page.getByText('Signed.').waitFor();
  await page.getByText(/Without network the deposits cannot be worked out/).waitFor();
  await driver.context.setOffline(false);
  expect(driver.errors).toEqual([]);
});

test('an order that cannot be is marked where it is typed, and signing in again happens in place', async () => {
  await Company.open();
  const sales = await signIn(visit(), 'sales@acme.test');
  const { page } = sales;
  await sales.open('/orders/new');
  await page
    .locator(':focus')
    .and(page.getByRole('combobox', { name: 'Customer' }))
    .waitFor();
  // The palette opens from the field that has the focus, and knows what can be begun.
  await page.keyboard.press('Control+KeyK');
  await page.keyboard.type('record a pay');
  await page.getByRole('option', { name: 'Record a payment' }).waitFor();
  await page.keyboard.press('Escape');
  await sales.pick('Customer', 'Java Corner');
  await sales.pick('Add a product', 'Cola 300');
  const quantity = page.getByLabel(/^Quantity of/);
  const total = page.getByText('Total', { exact: true }).locator('xpath=following-sibling::dd');
  await expect.poll(() => total.innerText()).toMatch(/\d/);
  await quantity.fill('1000000000');
  await page.getByText('This is more than one order can hold').waitFor();
  expect(await quantity.getAttribute('aria-invalid')).toBe('true');
  expect(await total.innerText()).toBe('–');
  await quantity.fill('5000');
  await page.getByText(/Cola.*5,000 wanted/).waitFor();

  // The session ends, the form stays.
  await quantity.fill('3');
  await page.getByText(/wanted/).waitFor({ state: 'detached' });
  await page.route('**/rest/v1/rpc/create_order', (route) =>
    route.fulfill({
      status: 401,
      contentType: 'application/json',
      body: JSON.stringify({ code: 'PGRST301', message: 'JWT expired' }),
    }),
  );
  await sales.button('Send for approval').click();
  await page.getByRole('dialog', { name: 'You have been signed out' }).waitFor();
  await page.unroute('**/rest/v1/rpc/create_order');
  await page.getByLabel('Password', { exact: true }).fill('mzigo-demo-2026');
  await page.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(/\/orders\/[0-9a-f-]{36}$/);

  const wrong: string[] = [];
  page.on('response', (response) => {
    if (response.status() >= 400) wrong.push(response.url());
  });
  await sales.open('/orders/abc');
  await page.getByText('There is no such page.').waitFor();
  expect(wrong).toEqual([]);
  expect(sales.errors).toEqual([]);
});
