import { expect, test } from 'vitest';
import { signIn, type Person } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

const cell = (person: Person, name: string) => person.page.getByLabel(name, { exact: true });

test('a cell is edited in place, a typo by editing again, and what is refused is said at it', async () => {
  const company = await Company.open();
  const owner = await signIn(visit(), 'owner@acme.test');
  const { page } = owner;
  const now = () => company.by('owner').row('products?sku=eq.TON-300&select=name,base_price');
  await owner.open('/products?q=TON-300');
  await page.getByRole('link', { name: /^Tonic/ }).waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('e');
  const name = cell(owner, 'Name of Tonic 300 ml, crate of 24');
  await name.fill('Tonik 300 ml, crate of 24');
  await name.press('Enter');
  await page.getByRole('link', { name: /^Tonik/ }).waitFor();
  expect(await now()).toMatchObject({ name: 'Tonik 300 ml, crate of 24' });

  // A typo; the row has the focus again.
  await page.keyboard.press('e');
  const again = cell(owner, 'Name of Tonik 300 ml, crate of 24');
  await again.fill('Tonic 300 ml, crate of 24');
  await again.press('Tab');
  // On to the next cell of the row that may be written, and over it.
  await cell(owner, 'Category of Tonic 300 ml, crate of 24').press('Tab');
  const price = cell(owner, 'Base price of Tonic 300 ml, crate of 24');
  await price.fill('-5');
  await price.press('Enter');
  await page.getByRole('alert').filter({ hasText: /price/i }).waitFor();
  expect(await price.inputValue()).toBe('-5');
  await price.fill('830');
  await price.press('Enter');
  await price.waitFor({ state: 'detached' });
  expect(await now()).toMatchObject({ name: 'Tonic 300 ml, crate of 24', base_price: 830 });

  // Escape leaves it as it was.
  await page.keyboard.press('e');
  await name.fill('Nothing');
  await name.press('Escape');
  await name.waitFor({ state: 'detached' });
  expect(await now()).toMatchObject({ name: 'Tonic 300 ml, crate of 24' });
  expect(owner.errors).toEqual([]);
});

test('who edits what somebody else has changed since is told what it says now', async () => {
  const company = await Company.open();
  const owner = await signIn(visit(), 'owner@acme.test');
  const { page } = owner;
  await owner.open('/territories');
  await page.getByRole('link', { name: 'Kilifi', exact: true }).waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('e');
  const name = cell(owner, 'Name of Kilifi');
  const kept = await company.by('owner').row('territories?name=eq.Kilifi&select=id');
  // Somebody else is a moment earlier.
  await page.route(
    (url) => url.pathname.endsWith('/territories'),
    async (route) => {
      if (route.request().method() === 'PATCH') {
        await company.by('owner').ask(`/rest/v1/territories?id=eq.${kept.id}&name=eq.Kilifi`, {
          method: 'PATCH',
          body: { name: 'Kilifi North' },
        });
      }
      await route.continue();
    },
  );
  await name.fill('Kilifi South');
  await name.press('Enter');
  await page.getByText('it now says “Kilifi North”').waitFor();
  const seen = await company.by('owner').row(`territories?id=eq.${kept.id}&select=name`);
  expect(seen).toMatchObject({ name: 'Kilifi North' });
  // He has seen it, and means his own.
  await page.getByRole('textbox', { name: 'Name of Kilifi North' }).press('Enter');
  await page.getByRole('cell', { name: 'Kilifi South' }).waitFor();
  expect(owner.errors).toEqual([]);
});

test('a cell is not edited by who may not write it', async () => {
  const viewer = await signIn(visit(), 'viewer@acme.test');
  const { page } = viewer;
  await viewer.open('/products');
  await page.getByRole('link', { name: /^Tonic/ }).waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('e');
  expect(await page.locator('tbody input').count()).toBe(0);
  expect(viewer.errors).toEqual([]);
});

test('a choice and a day are edited in place, too', async () => {
  const company = await Company.open();
  const owner = await signIn(visit(), 'owner@acme.test');
  const { page } = owner;
  await owner.open('/customers?q=Gikomba');
  await page
    .getByRole('row', { name: /Gikomba/ })
    .getByText('Wholesale', { exact: true })
    .dblclick();
  const type = page.getByRole('combobox', { name: 'Type of Gikomba Traders' });
  await type.selectOption({ label: 'Retail' });
  await type.press('Enter');
  await type.waitFor({ state: 'detached' });
  expect(
    await company.by('owner').row('customers?name=eq.Gikomba Traders&select=id,customer_type'),
  ).toMatchObject({ customer_type: 'retail' });
  // Escape leaves it as it was.
  await page
    .getByRole('row', { name: /Gikomba/ })
    .getByText('Retail', { exact: true })
    .dblclick();
  await type.selectOption({ label: 'Wholesale' });
  await type.press('Escape');
  await type.waitFor({ state: 'detached' });

  await owner.open('/prices');
  const list = page.getByRole('row', { name: /Wholesale/ });
  await list.getByText('further notice').dblclick();
  const until = page.getByRole('group', { name: 'Until of Wholesale' }).getByRole('spinbutton');
  await until.first().click();
  await page.keyboard.type('31122099');
  await page.keyboard.press('Enter');
  await list.getByText('31 Dec 2099').waitFor();
  expect(
    await company.by('owner').row('price_lists?name=eq.Wholesale&select=id,valid_to'),
  ).toMatchObject({ valid_to: '2099-12-31' });
  expect(owner.errors).toEqual([]);
});
