import { expect, test } from 'vitest';
import { signIn } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { photo, select } from './_support/steps.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

test('a driver finds a defect without network, the van stays, and leaves when the office has cleared it', async () => {
  const company = await Company.open();
  const order = await company.allocated('Java Corner Cafe', 2);
  const trip = await company.dispatched([order], 'KDA 101A', 1);
  const driver = await signIn(visit(), 'driver@acme.test', { isPhone: true, worksOffline: true });
  await driver.open(`/drive?trip=${trip.id}`);
  const check = driver.page.getByRole('link', { name: 'Check the vehicle' });
  await check.waitFor();
  await driver.page.evaluate(async () => void (await navigator.serviceWorker.ready));

  await driver.context.setOffline(true);
  await check.click();
  await driver.button('Record the check').click();
  await driver.page.getByText('Say whether it is in order.').first().waitFor();
  await select(driver, 'Lights', { label: 'Defect' });
  await driver.button('The rest is in order').click();
  await driver.button('Record the check').click();
  await driver.page.getByText('Write what is wrong with it.').waitFor();
  await driver.page.getByLabel('What is wrong: Lights').fill('The left one is out');
  await driver.page.locator('input[type=file]').setInputFiles(await photo(driver));
  await driver.page.getByRole('img', { name: 'Lights' }).waitFor();
  await driver.button('Record the check').click();
  await driver.page.waitForURL(/\/drive\?trip=/);
  await driver.page.getByText('Your check waits to be sent.').waitFor();
  await driver.context.setOffline(false);
  await check.waitFor({ state: 'detached' });
  await driver.page.getByText('Your check waits to be sent.').waitFor({ state: 'detached' });
  await driver.button('Start the trip').click();
  await driver.page
    .getByText('Something on the vehicle that must be in order is not.')
    .first()
    .waitFor();

  const dispatcher = await signIn(visit(), 'dispatcher@acme.test');
  await dispatcher.open(`/trips/${trip.id}`);
  await dispatcher.page.getByText('The left one is out').waitFor();
  await dispatcher.page.getByRole('img', { name: 'Lights' }).waitFor();
  await dispatcher.button('Clear the defect: Lights').click();
  const dialog = dispatcher.page.getByRole('dialog');
  await dialog.getByLabel('What was mended').fill('New bulb');
  await dialog.getByRole('button', { name: 'Clear the defect' }).click();
  await dispatcher.page.getByText(/New bulb/).waitFor();

  await driver.button('Start the trip').click();
  await driver.page.getByText('0 of 1 stops done').waitFor();
  for (const person of [driver, dispatcher]) expect(person.errors).toEqual([]);
});
