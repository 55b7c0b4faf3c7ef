import { expect, test } from 'vitest';
import { signIn } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { CRATE } from './_support/steps.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

test('the usual order fills the form, what looks like it is said, and it becomes a standing order', async () => {
  const company = await Company.open();
  const customer = await company.customer('Gikomba Traders');
  const lines = [{ product_id: company.cola.id, quantity: 7 }];
  // What he ordered before is no longer among his last six.
  for (let n = 0; n < 6; n += 1) {
    await company.by('sales').command('create_order', {
      customer_id: customer.id,
      warehouse_id: company.depot.id,
      lines,
      submit: true,
    });
  }

  const sales = await signIn(visit(), 'sales@acme.test');
  await sales.open(`/orders/new?customer=${customer.id}`);
  await sales.button('Add the usual order').click();
  const crates = sales.page.getByLabel(`Quantity of ${CRATE}`);
  await expect.poll(() => crates.inputValue()).toBe('7');
  await sales.page.getByText('This looks like an order that was entered already.').waitFor();
  await sales.button('Send for approval').click();
  await sales.page.getByText(/Looks like/).waitFor();
  await sales.button('Both are meant').click();
  await sales.page.getByText(/Looks like/).waitFor({ state: 'detached' });
  await sales.page.getByText('Looks alike').first().waitFor();

  await sales.open(`/orders/templates/new?customer=${customer.id}`);
  await sales.button('Add the usual order').click();
  await expect.poll(() => crates.inputValue()).toBe('7');
  await sales.page.getByLabel('Name', { exact: true }).fill('Crates of the week');
  for (const day of ['Monday', 'Thursday']) await sales.page.getByLabel(day).check();
  await sales.button('Save the template').click();
  await sales.page.getByRole('link', { name: 'Crates of the week' }).click();
  await sales.page.getByText(/Gikomba Traders: Monday, Thursday, next on/).waitFor();
  await sales.page.getByLabel('Thursday').uncheck();
  await sales.button('Save the template').click();
  await sales.page.getByRole('cell', { name: 'Monday', exact: true }).waitFor();
  await sales.page.getByRole('link', { name: 'Crates of the week' }).click();
  await sales.page.getByRole('link', { name: 'Order it now' }).click();
  await expect.poll(() => crates.inputValue()).toBe('7');
  expect(sales.errors).toEqual([]);
});
