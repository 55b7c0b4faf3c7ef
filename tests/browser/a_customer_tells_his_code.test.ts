import { expect, test } from 'vitest';
import { enter, signIn, visitor } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { photo } from './_support/steps.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

test('a code is wrong, then right; without network a wrong one waits until the driver says why he delivered', async () => {
  const company = await Company.open();
  await company.by('owner').command('choose_notice', { event: 'order.code', is_on: true });
  const asked = await company.allocated('Mama Njeri Shop', 3);
  const far = await company.allocated('Java Corner Cafe', 2);
  await company.started([asked, far], 'KDA 101A', 1);

  const customer = await visitor(visit(), { isPhone: true });
  await enter(customer, 'customer@acme.test');
  await customer.open(`/my/orders/${asked.id}`);
  await customer.button('Show a code').click();
  const shown = customer.page.getByText(/^[0-9]{6}$/);
  const code = await shown.innerText();

  const driver = await signIn(visit(), 'driver@acme.test', { isPhone: true, worksOffline: true });
  const { page } = driver;
  const atTheDoor = async (name: string, entered: string) => {
    await page.getByRole('link', { name }).click();
    await page.getByLabel('Received by').fill('Linda Wekesa');
    await page.locator('input[type=file]').setInputFiles(await photo(driver));
    await page.getByRole('img', { name: /^Delivered goods/ }).waitFor();
    await page.getByLabel('Code that the customer tells you').fill(entered);
  };
  await driver.open('/drive');
  await page.getByRole('link', { name: 'Mama Njeri Shop' }).waitFor();
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await atTheDoor('Mama Njeri Shop', code === '111111' ? '222222' : '111111');
  await driver.button('Check').click();
  await page.getByText('This code is wrong. Tries left: 4.').waitFor();
  await page.getByLabel('Code that the customer tells you').fill(code);
  await driver.button('Complete the delivery').click();
  await page.getByText('Delivered', { exact: true }).waitFor();

  await driver.context.setOffline(true);
  await atTheDoor('Java Corner Cafe', '000000');
  await driver.button('Complete the delivery').click();
  await page.getByText('2 entries wait to be sent.').waitFor();
  await driver.context.setOffline(false);
  await page.getByText('the right one was not entered').waitFor();
  await page.getByLabel('Why you deliver without a code').fill('He read it out wrongly');
  await driver.button('Send without a code').click();
  await page.getByText('2 of 2 stops done').waitFor();

  const manager = await signIn(visit(), 'manager@acme.test');
  await manager.open(`/orders/${far.id}`);
  await manager.page.getByText('He read it out wrongly').waitFor();
  for (const person of [driver, customer, manager]) expect(person.errors).toEqual([]);
});
