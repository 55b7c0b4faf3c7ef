import { expect, test } from 'vitest';
import { SCREENS, signIn } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { filterBy } from './_support/steps.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

test('orders, customers, products and pages are found and opened with the keyboard alone', async () => {
  const company = await Company.open();
  const order = await company.order('Gikomba Traders', 1);
  const customer = await company.customer('Gikomba Traders');
  const sales = await signIn(visit(), 'sales@acme.test');
  const { keyboard } = sales.page;
  const palette = sales.page.getByRole('dialog').getByRole('combobox');

  async function find(text: string, hit: string | RegExp): Promise<string> {
    await sales.page.getByRole('heading', { level: 1 }).waitFor();
    await keyboard.press('Control+KeyK');
    await palette.waitFor();
    await keyboard.type(text);
    await sales.page.getByRole('option', { name: hit }).first().waitFor();
    const before = sales.page.url();
    await keyboard.press('Enter');
    await sales.page.waitForURL((url) => url.href !== before);
    await palette.waitFor({ state: 'detached' });
    return new URL(sales.page.url()).pathname;
  }

  expect(await find(String(order['number']), String(order['number']))).toBe(`/orders/${order.id}`);
  expect(await find('gikomba', /Gikomba Traders/)).toBe(`/customers/${customer.id}`);
  expect(await find('COL-300', /COL-300/)).toBe(`/products/${company.cola.id}`);
  // By the number he calls from, as he says it; and a van by its plate.
  const dialled = String(customer['phone'])
    .replace('+254', '0')
    .replace(/(\d{4})(\d{3})/, '$1 $2 ');
  expect(await find(dialled, /Gikomba Traders/)).toBe(`/customers/${customer.id}`);
  expect(await find('kda101a', /KDA 101A/)).toBe('/fleet');
  expect(await find('price l', 'Price lists')).toBe('/prices');
  // What his role may not read is not found either.
  await sales.page.getByRole('heading', { level: 1 }).waitFor();
  await keyboard.press('Control+KeyK');
  await palette.waitFor();
  await keyboard.type('settings');
  await sales.page.getByText('Nothing found.').waitFor();
  expect(sales.errors).toEqual([]);
});

test('a dialog begins at its first field, and Escape leads back to where it was opened', async () => {
  const company = await Company.open();
  const customer = await company.customer('Gikomba Traders');
  const order = await company.order('Gikomba Traders', 1, false);
  const owner = await signIn(visit(), 'owner@acme.test');
  const { keyboard } = owner.page;
  const dialog = owner.page.getByRole('dialog');
  const focused = (role: 'button' | 'textbox', name: string | RegExp) =>
    owner.page.locator(':focus').and(owner.page.getByRole(role, { name })).waitFor();

  await owner.open(`/customers/${customer.id}`);
  await owner.button('Add an address').press('Enter');
  await focused('textbox', 'Name of the place');
  await keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await focused('button', 'Add an address');

  await owner.open(`/orders/${order.id}`);
  await owner.button('Cancel order').press('Enter');
  await focused('textbox', 'Reason');

  // The menu of a phone.
  await owner.page.setViewportSize(SCREENS.phone);
  await owner.open('/orders');
  await owner.button('Open the menu').press('Enter');
  await dialog.getByRole('link', { name: 'Settings' }).waitFor();
  await keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  await focused('button', 'Open the menu');
  expect(owner.errors).toEqual([]);
});

test('an address that leads nowhere says so and leaves the way back in sight', async () => {
  const owner = await signIn(visit(), 'owner@acme.test');
  await owner.open('/no/such/page');
  await owner.page.getByRole('heading', { level: 1, name: 'There is no such page.' }).waitFor();
  const main = owner.page.getByRole('navigation', { name: 'Main' });
  await main.getByRole('link', { name: 'Orders', exact: true }).waitFor();

  await owner.open('/customers?page=99');
  await owner.page.getByText('The list ends before this page').waitFor();
  await owner.button('Go to the first page').click();
  await owner.page.getByRole('link', { name: 'Gikomba Traders' }).waitFor();
  expect(owner.errors).toEqual([]);
});

test('trips, what came back, differences and cash are listed and found by customer', async () => {
  const company = await Company.open();
  const ordered = await company.allocated('Karen Country Kiosk', 10);
  const trip = await company.started([ordered], 'KDA 101A', 3);
  await company.delivered(ordered, 1, 100);
  const offload = await company.offloaded(trip, 1, 5);
  const variance = await company
    .by('manager')
    .row(`variances?order_id=eq.${ordered.id}&select=number&limit=1`);
  const cash = await company
    .by('driver')
    .command('submit_settlement', { trip_id: trip.id, handed_in: 100 });
  const owner = await signIn(visit(), 'owner@acme.test');
  const { page } = owner;
  for (const [path, row] of [
    ['/trips', trip],
    ['/offloads', offload],
    ['/variances', variance],
    ['/settlements', cash],
  ] as const) {
    const number = page.getByRole('link', { name: String(row['number']) }).first();
    await owner.open(path);
    await number.waitFor();
    await filterBy(owner, 'Customer', 'Gikomba Traders');
    await page.waitForURL(/customer=/);
    await number.waitFor({ state: 'detached' });
    await filterBy(owner, 'Customer', 'Karen Country Kiosk');
    await number.waitFor();
    await owner.open(`${path}?q=karen country`);
    await number.waitFor();
    await owner.open(`${path}?q=gikomba`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await number.waitFor({ state: 'detached' });
  }
  expect(owner.errors).toEqual([]);
});
