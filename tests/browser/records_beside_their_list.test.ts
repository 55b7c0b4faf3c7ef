import { expect, test } from 'vitest';
import { signIn, type Person } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { holdReading, useBrowser } from './_support/walk.ts';

const visit = useBrowser();

const beside = (person: Person, number: unknown) =>
  person.page.getByRole('region', { name: `Preview of ${number}` });

test('space shows the record beside its list, j goes on, its commands work there, and escape closes it', async () => {
  const company = await Company.open();
  const older = await company.order('Eastleigh Superstore', 1);
  const newer = await company.order('Eastleigh Superstore', 2);
  const manager = await signIn(visit(), 'manager@acme.test');
  const { page } = manager;
  await manager.open('/orders?status=pending_approval');
  await page.getByRole('link', { name: String(newer['number']) }).waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('Space');
  await beside(manager, newer['number']).getByText('Cola 300 ml').first().waitFor();
  // The list keeps its place, its address and its heading.
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Orders');
  // Until the next one is read, the one before stands there under its own name, and nobody can press what is on it.
  const reading = await holdReading(page, `**/rest/v1/orders*${older.id}*`);
  await page.keyboard.press('j');
  await page
    .getByRole('group', { name: 'Record', includeHidden: true })
    .and(page.locator('[inert]'))
    .waitFor();
  expect(await beside(manager, older['number']).count()).toBe(0);
  expect(await beside(manager, newer['number']).count()).toBe(1);
  reading.release();
  await beside(manager, older['number']).getByText('Cola 300 ml').first().waitFor();
  expect(await beside(manager, newer['number']).count()).toBe(0);

  await beside(manager, older['number']).getByRole('button', { name: 'Approve' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Approve', exact: true }).click();
  // It is no longer among those that the filter shows, nor beside them.
  await page.getByRole('link', { name: String(older['number']) }).waitFor({ state: 'detached' });
  await beside(manager, older['number']).waitFor({ state: 'detached' });
  const { status } = (await company
    .by('manager')
    .row(`orders?id=eq.${older.id}&select=status`)) as unknown as { status: string };
  expect(status).toBe('approved');

  await manager.button(`Preview ${newer['number']}`).click();
  await beside(manager, newer['number']).waitFor();
  await page.keyboard.press('Escape');
  await beside(manager, newer['number']).waitFor({ state: 'detached' });
  // Who closed it is where he was.
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: String(newer['number']) }).waitFor();
  expect(manager.errors).toEqual([]);
});

test('on a phone it is a sheet over the whole screen, and rows are selected by a long press', async () => {
  const company = await Company.open();
  const first = await company.order('Gikomba Traders', 1, false);
  const second = await company.order('Gikomba Traders', 2, false);
  const sales = await signIn(visit(), 'sales@acme.test', { isPhone: true });
  const { page } = sales;
  await sales.open('/orders?status=draft');
  await sales.button(`Preview ${second['number']}`).click();
  const sheet = beside(sales, second['number']);
  await sheet.getByText('Cola 300 ml').first().waitFor();
  expect(await sheet.boundingBox()).toEqual({ x: 0, y: 0, width: 390, height: 844 });
  await sales.button('Close the preview').click();
  await sheet.waitFor({ state: 'detached' });

  const card = page.getByRole('listitem').filter({ hasText: String(first['number']) });
  await card.first().dispatchEvent('pointerdown', { pointerType: 'touch' });
  const bar = page.getByRole('region', { name: 'Selected rows' });
  await bar.getByText('1 selected').waitFor();
  await page.getByRole('checkbox', { name: `Select ${second['number']}` }).check();
  await bar.getByText('2 selected').waitFor();
  await bar.getByRole('button', { name: 'Cancel order 2 of 2' }).waitFor();
  await sales.button('Done').click();
  await bar.waitFor({ state: 'detached' });
  expect(sales.errors).toEqual([]);
});
