import { expect, test } from 'vitest';
import { signIn } from '../harness/browser.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

/** Two strokes of a pen. */
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAADwAAAAYCAAAAACDqsGOAAAAhUlEQVR42p3TUQ6AMAgD0B6i978qijNuDoxQvkzDC2OZMK3oBVmSBpX6F8Sh1ser7GFutIGDLGNm9MQx8t4K9clZvmSPTPpwN2QnDZvufQij9tPy40ivC2Nx0yVDf9OZob/pzNDfdGYoPKQrz54OIq2/dvwPLeC2fDAVOrAmx1+l0oFNrQPwx9GURAWIwQAAAABJRU5ErkJggg==',
  'base64',
);

test('a product is given pictures, which lists, orders and customers show', async () => {
  const admin = await signIn(visit(), 'admin@acme.test');
  await admin.open('/products?q=COL-300');
  await admin.page.getByRole('link', { name: 'Cola 300 ml' }).first().click();
  const name = 'Cola 300 ml, crate of 24';
  await admin.page.getByRole('heading', { level: 1, name }).waitFor();
  const [front, label] = ['front.png', 'label.png'].map((file) => ({
    name: file,
    mimeType: 'image/png',
    buffer: PICTURE,
  }));
  const input = admin.page.locator('input[accept="image/*"]:enabled');
  await input.setInputFiles(front as never);
  await admin.page.getByRole('img', { name: `Open the picture of ${name}` }).waitFor();
  await input.setInputFiles(label as never);
  await admin.page.getByRole('button', { name: 'Describe' }).nth(1).click();
  await admin.page.getByLabel('What is on it').fill('The label');
  await admin.page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await admin.page.getByRole('img', { name: 'Open the picture of The label' }).waitFor();
  await admin.button('Make it the first').click();
  await admin.page.getByText('It is the first picture now.').waitFor();

  // The stored picture is another one than the small one, and opens.
  const opened = admin.page.waitForEvent('popup');
  await admin.page.getByRole('img', { name: 'Open the picture of The label' }).click();
  const picture = await opened;
  await picture.waitForURL(/product-images/);
  await picture.close();

  await admin.open('/products?q=COL-300');
  await admin.page
    .getByRole('row', { name: new RegExp(name) })
    .locator('img')
    .waitFor();

  const sales = await signIn(visit(), 'sales@acme.test');
  await sales.open('/orders/new');
  await sales.page.getByPlaceholder(/Add a product/).fill('COL-300');
  await sales.page
    .getByRole('option', { name: new RegExp(name) })
    .locator('img')
    .waitFor();

  const customer = await signIn(visit(), 'customer@acme.test');
  await customer.open('/my/order');
  await customer.page.getByRole('button', { name: 'Open the picture of The label' }).waitFor();
  expect(
    await customer.page
      .getByRole('button', { name: 'Open the picture of The label' })
      .locator('img')
      .count(),
  ).toBe(1);
});
