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
  const driver = await signIn(visit(), 'driver@acme.test', { isPhone: true, worksOffline: true });
  const { page } = driver;
  await driver.open('/drive');
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

  // So is the count of the van.
  await company.delivered(order);
  const counted = page.getByLabel(/^Count of Cola.*good$/);
  await driver.open('/drive');
  await counted.fill('3');
  await page.reload();
  await page.getByText(/This is what you entered until/).waitFor();
  await counted.waitFor();
  expect(await counted.inputValue()).toBe('3');
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
  await page.getByText('At most 99,999,999.').waitFor();
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

test('a dialog opens again as it was left, also after a reload, and signing in happens inside it', async () => {
  const company = await Company.open();
  const customer = await company.customer('Karen Country Kiosk');
  const sales = await signIn(visit(), 'sales@acme.test');
  const { page } = sales;
  const dialog = page.getByRole('dialog', { name: 'New contact' });
  await sales.open(`/customers/${customer.id}`);
  await sales.button('Add a contact').click();
  await dialog.getByLabel('Name').fill('Linda Wekesa');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await sales.button('Add a contact').click();
  await dialog.getByText(/This is what you entered until/).waitFor();
  expect(await dialog.getByLabel('Name').inputValue()).toBe('Linda Wekesa');
  await page.reload();
  await sales.button('Add a contact').click();
  await dialog.getByText(/This is what you entered until/).waitFor();
  expect(await dialog.getByLabel('Name').inputValue()).toBe('Linda Wekesa');

  await page.route('**/rest/v1/contacts*', (route) =>
    route.request().method() === 'POST'
      ? route.fulfill({
          status: 401,
          contentType: 'application/json',
          body: JSON.stringify({ code: 'PGRST301', message: 'JWT expired' }),
        })
      : route.fallback(),
  );
  await dialog.getByRole('button', { name: 'Add the contact' }).click();
  const again = page.getByRole('dialog', { name: 'You have been signed out' });
  await again.waitFor();
  await page.unroute('**/rest/v1/contacts*');
  await again.getByLabel('Password', { exact: true }).fill('mzigo-demo-2026');
  await again.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('The contact was added.').waitFor();
  await page.getByText('Linda Wekesa').first().waitFor();
  await sales.button('Add a contact').click();
  expect(await dialog.getByLabel('Name').inputValue()).toBe('');
  expect(sales.errors).toEqual([]);
});

test('a reason and the settings are kept, and leaving them asks', async () => {
  const company = await Company.open();
  const order = await company.order('Kilimani Mini Mart', 2);
  const manager = await signIn(visit(), 'manager@acme.test');
  await manager.open(`/orders/${order.id}`);
  await manager.button('Reject').click();
  await manager.page.getByLabel('Reason').fill('The price is of last year');
  await manager.page.reload();
  await manager.button('Reject').click();
  await manager.page.getByText(/This is what you entered until/).waitFor();
  expect(await manager.page.getByLabel('Reason').inputValue()).toBe('The price is of last year');
  await manager.page.getByRole('dialog').getByRole('button', { name: 'Throw it away' }).click();
  expect(await manager.page.getByLabel('Reason').inputValue()).toBe('');

  const owner = await signIn(visit(), 'owner@acme.test');
  await owner.open('/settings');
  await owner.page.getByLabel('Telephone, e-mail, web').fill('020 123 456');
  await owner.page.getByRole('link', { name: 'Customers' }).first().click();
  await owner.button('Keep it and leave').click();
  await owner.page.waitForURL(/\/customers$/);
  await owner.open('/settings');
  await owner.page.getByText(/This is what you entered until/).waitFor();
  expect(await owner.page.getByLabel('Telephone, e-mail, web').inputValue()).toBe('020 123 456');
  await owner.button('Save the settings').click();
  await owner.page.getByText('The settings are saved.').waitFor();
  await owner.page.getByRole('link', { name: 'Customers' }).first().click();
  await owner.page.waitForURL(/\/customers$/);
  expect([...manager.errors, ...owner.errors]).toEqual([]);
});

test('what was entered over a record that somebody changed meanwhile asks whose is kept', async () => {
  const company = await Company.open();
  const customer = await company.customer('Gikomba Traders');
  const change = async (notes: string) => {
    const { status } = await company.by('manager').ask(`/rest/v1/customers?id=eq.${customer.id}`, {
      method: 'PATCH',
      body: { notes },
    });
    expect(status).toBe(204);
  };
  const notes = async () =>
    (await company.by('sales').row(`customers?id=eq.${customer.id}&select=notes`))['notes'];
  const sales = await signIn(visit(), 'sales@acme.test');
  const { page } = sales;
  const field = page.getByRole('dialog').getByLabel('Notes');
  const asks = page.getByText(/Somebody changed this since you began/);

  await sales.open(`/customers/${customer.id}`);
  await sales.button('Edit').click();
  await field.fill('Mine');
  await change('Theirs');
  // While it is open, and when it is put back later.
  await asks.first().waitFor();
  await page.reload();
  await sales.button('Edit').click();
  await asks.first().waitFor();
  expect(await field.inputValue()).toBe('Mine');
  await sales.button('Save').click();
  await page.getByRole('dialog', { name: 'Somebody else saved first' }).waitFor();
  expect(await notes()).toBe('Theirs');
  await sales.button('Go back').last().click();
  await sales.button('Keep mine').click();
  await sales.button('Save').click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await notes()).toBe('Mine');

  await sales.button('Edit').click();
  await field.fill('Mine again');
  await change('Theirs again');
  await asks.first().waitFor();
  await sales.button('Take theirs').click();
  await expect.poll(() => field.inputValue()).toBe('Theirs again');
  expect(sales.errors).toEqual([]);
});
