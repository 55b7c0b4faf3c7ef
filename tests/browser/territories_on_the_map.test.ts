import { expect, test } from 'vitest';
import { signIn, type Person } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { dialogButton } from './_support/steps.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

/** Clicks on the map, in parts of its width and height. */
async function clickMap(person: Person, label: string | RegExp, x: number, y: number) {
  const canvas = person.page.getByRole('region', { name: label }).last().locator('canvas');
  await canvas.scrollIntoViewIfNeeded();
  const box = await canvas.boundingBox();
  if (!box) throw new Error('The map is not drawn.');
  await person.page.mouse.click(box.x + box.width * x, box.y + box.height * y);
}

test('a manager draws the borders of a territory with the mouse, sees who would come, and saves', async () => {
  const company = await Company.open();
  const manager = await signIn(visit(), 'manager@acme.test');
  await company
    .by('manager')
    .ask('/rest/v1/territories', { body: { code: 'MAP', name: 'Drawn by hand' } });
  const territory = await company.by('manager').row('territories?code=eq.MAP&select=id');
  await manager.open(`/territories/${territory.id}`);
  const map = 'Borders of Drawn by hand';
  await manager.page.getByText('Click each corner').waitFor();
  // The map shows all customers, from Nairobi to the coast: the left half of it has those of Nairobi.
  const corners = [
    [0.02, 0.05],
    [0.4, 0.05],
    [0.4, 0.6],
    [0.02, 0.6],
    [0.02, 0.05],
  ] as const;
  for (const [x, y] of corners) await clickMap(manager, map, x, y);
  await manager.page.getByText('What would change').waitFor();
  // Nairobi is the smaller of the two: whoever lies in it stays.
  await manager.page.getByText(/customers would lie inside:/).waitFor();
  await manager.page.getByText('Overlaps with Nairobi', { exact: false }).waitFor();
  await manager.button('Save the borders').click();
  await manager.page.getByText('The borders were saved.').waitFor();
  const saved = await company.by('manager').row('territories?code=eq.MAP&select=area');
  expect(saved['area']).toMatchObject({ type: 'Polygon', coordinates: [{ length: 5 }] });
  expect(manager.errors).toEqual([]);
});

test('borders are typed where there is no mouse, and a line that is no corner is named', async () => {
  const company = await Company.open();
  const customer = await company.customer('Kilifi Beach Hotel');
  const manager = await signIn(visit(), 'manager@acme.test');
  await company.by('manager').ask('/rest/v1/territories', { body: { code: 'BOF', name: 'Bofa' } });
  const territory = await company.by('manager').row('territories?code=eq.BOF&select=id');
  await manager.open(`/territories/${territory.id}`);
  await manager.button('Type the corners').click();
  const corners = manager.page.getByLabel('Corners');
  await corners.fill('-3.60, 39.85\nhere\n-3.62, 39.88');
  await manager.button('Take over what is typed').click();
  await manager.page.getByText('Line 2 is no corner').waitFor();
  await corners.fill('-3.60, 39.85\n-3.60, 39.88\n-3.62, 39.88\n-3.62, 39.85');
  await manager.button('Take over what is typed').click();
  await manager.page.getByText('1 would come, 0 would go', { exact: false }).waitFor();
  await manager.button('Save the borders').click();
  await manager.page.getByRole('link', { name: 'Kilifi Beach Hotel' }).waitFor();
  await manager.open(`/customers/${customer.id}`);
  await manager.page.getByText('Bofa, by its borders').waitFor();
  expect(manager.errors).toEqual([]);
});

test('the place of an address is chosen on the map', async () => {
  const company = await Company.open();
  const customer = await company.customer('Mama Njeri Shop');
  const sales = await signIn(visit(), 'sales@acme.test');
  await sales.open(`/customers/${customer.id}`);
  await sales.button('Change Shop').click();
  await sales.button('Choose on the map').click();
  const dialog = sales.page.getByRole('dialog');
  await dialog.locator('.maplibregl-marker').waitFor();
  const before = await dialog.getByLabel('Latitude').inputValue();
  await clickMap(sales, /Choose the place/, 0.5, 0.4);
  await expect.poll(() => dialog.getByLabel('Latitude').inputValue()).not.toBe(before);
  const chosen = await dialog.getByLabel('Latitude').inputValue();
  await dialogButton(sales, 'Save').click();
  await sales.page.getByText('The address was changed.').waitFor();
  const address = await company
    .by('sales')
    .row(`customer_addresses?customer_id=eq.${customer.id}&is_default=is.true&select=latitude`);
  expect(Number(address['latitude'])).toBe(Number(chosen));
  expect(sales.errors).toEqual([]);
});

test('the map of customers is searched, and what it shows is a list as well', async () => {
  const sales = await signIn(visit(), 'sales@acme.test');
  await sales.open('/customers');
  await sales.page.getByRole('link', { name: 'Map', exact: true }).click();
  await sales.page
    .getByRole('region', { name: /Map of customers/ })
    .locator('canvas')
    .waitFor();
  await sales.page.getByRole('textbox', { name: /^Customer/ }).fill('westlands');
  await sales.page.getByRole('heading', { name: '1 customers' }).waitFor();
  await sales.button('Show Westlands Wholesalers on the map').click();
  await sales.page.getByRole('link', { name: 'Westlands Wholesalers' }).click();
  await sales.page.getByRole('heading', { level: 1, name: 'Westlands Wholesalers' }).waitFor();
  expect(sales.errors).toEqual([]);
});

test('who changes an address that somebody else has changed since is told so, and writes nothing over it', async () => {
  const company = await Company.open();
  const customer = await company.customer('Karen Country Kiosk');
  const sales = await signIn(visit(), 'sales@acme.test');
  await sales.open(`/customers/${customer.id}`);
  await sales.button('Change Shop').click();
  const dialog = sales.page.getByRole('dialog');
  await dialog.getByLabel('Street').fill('Karen Road 4');
  const address = `customer_addresses?customer_id=eq.${customer.id}`;
  await company.by('manager').ask(`/rest/v1/${address}`, {
    method: 'PATCH',
    body: { street: 'Karen Road 5' },
  });
  await dialogButton(sales, 'Save').click();
  await dialog.getByText('Somebody else changed this address while you had it open.').waitFor();
  const kept = await company.by('sales').row(`${address}&select=street`);
  expect(kept['street']).toBe('Karen Road 5');
  expect(sales.errors).toEqual([]);
});
