import { expect, test } from 'vitest';
import { signIn } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { CRATE } from './_support/steps.ts';
import { holdReading, useBrowser } from './_support/walk.ts';

const visit = useBrowser();

test('goods are scanned into an order, and a quantity that cannot be ordered is told the nearest ones', async () => {
  const company = await Company.open();
  const admin = await signIn(visit(), 'admin@acme.test');
  await admin.open(`/products/${company.cola.id}`);
  const barcode = admin.page.getByLabel('Barcode', { exact: true });
  const add = admin.page
    .locator('form', { has: barcode })
    .getByRole('button', { name: 'Add', exact: true });
  await barcode.fill('4006381333932');
  // Corrected and sent again before the page is read anew, it counts.
  const reading = await holdReading(admin.page, '**/rest/v1/products?*');
  await add.click();
  await admin.page.getByText('The last digit of the barcode does not fit the others.').waitFor();
  await barcode.fill('4006381333931');
  await add.click();
  reading.release();
  await admin.page.getByRole('button', { name: 'Remove 4006381333931' }).waitFor();
  await admin.button('Edit').click();
  await admin.page.getByLabel('In steps of').fill('6');
  await admin.button('Save').click();
  await admin.page.getByText('in steps of 6 crates').waitFor();

  const sales = await signIn(visit(), 'sales@acme.test');
  await sales.open('/orders/new');
  const customer = sales.page.getByLabel('Customer');
  await customer.fill('Gikomba');
  await sales.page.getByRole('option', { name: /Gikomba Traders/ }).click();
  const picker = sales.page.getByRole('combobox', { name: 'Add a product' });
  const crates = sales.page.getByLabel(`Quantity of ${CRATE}`);
  await picker.click();
  // As fast as a scanner: the choices are not there yet when it presses Enter.
  await sales.page.keyboard.type('4006381333931\n', { delay: 1 });
  await crates.waitFor();
  await sales.page.keyboard.type('4006381333931\n', { delay: 1 });
  await expect.poll(() => crates.inputValue()).toBe('2');
  await sales.page.getByText('This is not ordered in such quantities. Enter 6 crates.').waitFor();
  await crates.fill('8');
  await sales.page.getByText('Enter 6 or 12 crates.').waitFor();
  await crates.fill('12');
  await sales.button('Save as draft').waitFor();
  await sales.page.getByText('Enter 6 or 12 crates.').waitFor({ state: 'detached' });
  await sales.page
    .getByText(/Ksh\s8,892\.00/)
    .first()
    .waitFor();
  for (const person of [admin, sales]) expect(person.errors).toEqual([]);
});
