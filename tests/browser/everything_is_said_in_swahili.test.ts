import { expect, test } from 'vitest';
import { type Person, signIn, visitor } from '../harness/browser.ts';
import { bringAxe, violationsOf } from './_support/axe.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

const languageOf = ({ page }: Person) => page.locator('html').getAttribute('lang');

/** Chooses a language in the menu of one's own name. */
async function choose({ page }: Person, menu: RegExp, language: string): Promise<void> {
  await page.getByRole('button', { name: menu }).click();
  await Promise.all([
    page.waitForEvent('load'),
    page.getByRole('menuitem', { name: language }).click(),
  ]);
  await page.getByRole('heading', { level: 1 }).waitFor();
}

/** Signs in where the page speaks Swahili. */
async function enterInSwahili({ page }: Person, email: string, password = 'mzigo-demo-2026') {
  await page.getByLabel('Barua pepe').fill(email);
  await page.getByLabel('Nenosiri', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Ingia', exact: true }).click();
}

test('from the sign-in to the list of orders, with what is refused', async () => {
  const admin = await visitor(visit());
  const { page } = admin;
  await bringAxe(admin);
  await admin.open('/sign-in');
  expect(await languageOf(admin)).toBe('en');
  await admin.button('Kiswahili').click();
  await page.getByRole('heading', { name: 'Ingia' }).waitFor();
  expect(await languageOf(admin)).toBe('sw');
  expect(await violationsOf(admin)).toEqual([]);

  await enterInSwahili(admin, 'admin@acme.test', 'no such password');
  await page.getByText('Barua pepe au nenosiri si sahihi.').waitFor();
  await enterInSwahili(admin, 'admin@acme.test');
  await page.getByRole('heading', { level: 1, name: /Karibu/ }).waitFor();

  await page.getByRole('link', { name: 'Oda', exact: true }).first().click();
  await page.getByRole('heading', { level: 1, name: 'Oda' }).waitFor();
  await page.getByRole('link', { name: 'Oda mpya' }).waitFor();
  await page.getByPlaceholder('Namba, kumbukumbu au mteja').waitFor();
  expect(await violationsOf(admin)).toEqual([]);

  await admin.open('/orders/00000000-0000-0000-0000-000000000000');
  await page.getByText('Hakuna oda kama hiyo.').waitFor();

  // The database answers in the language of the reader as well.
  await admin.open('/settings/words');
  await page.locator('[name="sw.order.one"]').fill('{agizo}');
  await page.locator('[name="sw.order.many"]').fill('maagizo');
  await admin.button('Hifadhi maneno').click();
  await page.getByText('Haya si maneno ya kuita vitu.').first().waitFor();
  expect(admin.errors).toEqual([]);
});

test('a choice goes with the person to every device', async () => {
  const manager = await signIn(visit(), 'manager@acme.test');
  await choose(manager, /Account of/, 'Kiswahili');
  expect(await languageOf(manager)).toBe('sw');
  await manager.page.getByText('Zinakusubiri').first().waitFor();

  const elsewhere = await signIn(visit(), 'manager@acme.test');
  await elsewhere.page.getByRole('button', { name: /Akaunti ya/ }).waitFor();
  expect(await languageOf(elsewhere)).toBe('sw');
  await choose(elsewhere, /Akaunti ya/, 'English');
  expect(await languageOf(elsewhere)).toBe('en');

  // The first device hears of it when its page begins anew.
  await manager.page.reload();
  await manager.page.getByRole('button', { name: /Account of/ }).waitFor();
  expect(await languageOf(manager)).toBe('en');
  expect([...manager.errors, ...elsewhere.errors]).toEqual([]);
});

test('a company calls its orders bookings, in every sentence', async () => {
  const admin = await signIn(visit(), 'admin@globex.test');
  const { page } = admin;
  await admin.open('/settings/words');
  await page.locator('[name="en.order.one"]').fill('booking');
  await admin.button('Save the words').click();
  await page.getByText('Enter the word for many of it, too.').waitFor();
  await page.locator('[name="en.order.many"]').fill('{bookings}');
  await admin.button('Save the words').click();
  await page.getByText('These are no words for things.').first().waitFor();
  await page.locator('[name="en.order.many"]').fill('bookings');
  await Promise.all([page.waitForEvent('load'), admin.button('Save the words').click()]);
  await page.getByRole('link', { name: 'Bookings', exact: true }).first().click();
  await page.getByRole('heading', { level: 1, name: 'Bookings' }).waitFor();
  await page.getByRole('link', { name: 'New booking' }).waitFor();
  expect(await page.getByRole('main').innerText()).not.toMatch(/\borders?\b/i);
  expect(admin.errors).toEqual([]);
});
