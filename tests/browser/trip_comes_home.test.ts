import { expect, test } from 'vitest';
import { signIn } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { CRATE, dialogButton, EMPTY, photo, select, sign, state } from './_support/steps.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

test('a van comes home, what is missing is charged to a person, and the trip is closed', async () => {
  const browser = visit();
  const company = await Company.open();
  const order = await company.allocated('Java Corner Cafe', 10);
  const trip = await company.started([order], 'KDA 101A', 1);

  // The driver delivers nine and takes a photo; the tenth stays on the van.
  const driver = await signIn(browser, 'driver@acme.test', { isPhone: true });
  await driver.open(`/drive/${order.id}`);
  await driver.page
    .getByLabel(`Delivered of ${CRATE}`)
    .getByRole('button', { name: 'One less' })
    .click();
  await select(driver, `Why ${CRATE} was not taken in full`, { index: 1 });
  await driver.page.getByLabel('Received by').fill('Linda Wekesa');
  await sign(driver);
  await driver.page.locator('input[type=file]').setInputFiles(await photo(driver));
  await driver.page.getByRole('img', { name: 'Delivered goods' }).waitFor();
  await driver.button('Complete the delivery').click();

  // He counts the van blind; one empty more than the books know, the refused crate is gone.
  await driver.page.getByRole('heading', { name: 'Count the van' }).waitFor();
  await driver.page.getByLabel(`Count of ${CRATE}, good`).fill('0');
  await driver.page.getByLabel(`Count of ${EMPTY}, good`).fill('0');
  await driver.button('Hand in the count').click();
  await driver.page.getByText(/Offload OFF-\d+ is handed in/).waitFor();

  const manager = await signIn(browser, 'manager@acme.test');
  await manager.open(`/orders/${order.id}`);
  await state(manager, 'Delivered');
  const picture = manager.page.getByRole('img', { name: 'Delivered goods' });
  await picture.waitFor();
  await expect
    .poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth))
    .toBe(1280);

  // The trip stays open while a difference is undecided.
  const dispatcher = await signIn(browser, 'dispatcher@acme.test');
  await dispatcher.open(`/trips/${trip.id}`);
  await dispatcher.page.getByRole('link', { name: /OFF-\d+/ }).click();
  await dispatcher.button('Mark as reviewed').click();
  await state(dispatcher, 'Reviewed');
  const offloadPath = new URL(dispatcher.page.url()).pathname;

  await manager.open(offloadPath);
  await manager.button('Approve').last().click();
  await select(manager, 'Cause', { label: 'Lost' });
  await manager.pick('Who answers for it', 'Daniel');
  await manager.page.getByRole('dialog').getByLabel('Note').fill('Left at the market.');
  await dialogButton(manager, 'Approve').click();
  await manager.page.getByText(/VAR-\d+ was approved/).waitFor();
  await manager.page.getByRole('link', { name: /VAR-\d+/ }).click();
  await state(manager, 'Approved');
  await manager.page.getByText('Daniel Kamau', { exact: true }).waitFor();
  await manager.open(offloadPath);
  await manager.button('Approve').click();
  await state(manager, 'Approved');

  // The delivery's own difference is decided as well; then the dispatcher closes the trip.
  await manager.open('/variances?status=pending_review');
  await manager.page
    .getByRole('link', { name: /VAR-\d+/ })
    .first()
    .click();
  await manager.button('Approve').click();
  await dialogButton(manager, 'Approve').click();
  await state(manager, 'Approved');
  await dispatcher.open(`/trips/${trip.id}`);
  await dispatcher.button('Complete').click();
  await state(dispatcher, 'Completed');

  for (const person of [driver, manager, dispatcher]) expect(person.errors).toEqual([]);
});
