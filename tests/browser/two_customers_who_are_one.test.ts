import { expect, test } from 'vitest';
import { signIn } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

test('who is in the books already is said as he is entered, and merged by whoever may', async () => {
  const company = await Company.open();
  const known = await company.customer('Gikomba Traders');

  const sales = await signIn(visit(), 'sales@acme.test');
  await sales.open('/customers/new');
  await sales.page.getByLabel('Name', { exact: true }).fill('Gikomba Trader');
  await sales.page.getByText('This customer may be in the books already.').waitFor();
  await sales.page.getByRole('link', { name: /Gikomba Traders/ }).waitFor();
  await sales.button('Create the customer').click();
  await sales.page.getByText(/Looks like/).waitFor();
  const twin = new URL(sales.page.url()).pathname;
  expect(sales.errors).toEqual([]);

  const manager = await signIn(visit(), 'manager@acme.test');
  await manager.open(`${twin}/merge?into=${known.id}`);
  await manager.page.getByRole('radio').nth(1).check();
  await manager.button('Merge them for good').click();
  await manager.page.waitForURL(`**/customers/${known.id}`);
  await manager.page.getByRole('heading', { name: 'Gikomba Trader', exact: true }).waitFor();
  await manager.open(twin);
  await manager.page.getByText('Merged into', { exact: false }).first().waitFor();
  await manager.page
    .getByRole('link', { name: /Gikomba Trader/ })
    .first()
    .waitFor();
  expect(manager.errors).toEqual([]);
});
