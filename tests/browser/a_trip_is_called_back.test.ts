import { expect, test } from 'vitest';
import { signIn, visitor } from '../harness/browser.ts';
import { bringAxe, violationsOf } from './_support/axe.ts';
import { Company } from './_support/company.ts';
import { dialogButton, select, sign, state } from './_support/steps.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

test('the office cancels a trip on the road, and what its driver did without network is not lost', async () => {
  const company = await Company.open();
  const told = await company.allocated('Ngong View Bar', 1);
  const late = await company.allocated('Java Corner Cafe', 2);
  const open = await company.allocated('Kilimani Mini Mart', 3);
  const trip = await company.started([told, late, open], 'KDA 101A', 1);
  const driver = await signIn(visit(), 'driver@acme.test', { isPhone: true, worksOffline: true });
  await driver.open('/drive');
  await driver.page.getByRole('link', { name: 'Java Corner Cafe' }).waitFor();
  await driver.page.evaluate(async () => void (await navigator.serviceWorker.ready));

  // The office puts the stops in another order, and gives the customer of the last a link.
  const office = await signIn(visit(), 'dispatcher@acme.test');
  await bringAxe(office);
  await office.open(`/trips/${trip.id}`);
  await office.page
    .getByRole('button', { name: `Deliver ${String(open['number'])} earlier` })
    .click();
  await office.page.getByText('The stops are in this order now.').waitFor();
  await office.page
    .getByRole('button', { name: `Set the state of ${String(told['number'])}` })
    .click();
  await select(office, 'State', { label: 'Delivered' });
  await office.page.getByRole('dialog').getByLabel('Received by').fill('Linda Wekesa');
  await office.page
    .getByRole('dialog')
    .getByLabel('Why there is no proof')
    .fill('His pen is empty');
  expect(await violationsOf(office)).toEqual([]);
  await dialogButton(office, 'Save').click();
  await office.page.getByText('The stop is recorded.').waitFor();

  await office.open(`/orders/${open.id}`);
  await office.button('Tracking link').click();
  const link = await office.page.getByRole('dialog').getByLabel('Link').inputValue();
  const customer = await visitor(visit(), { isPhone: true });
  await bringAxe(customer);
  await customer.page.goto(link);
  await customer.page.getByText('You are the next stop.').waitFor();
  expect(await violationsOf(customer)).toEqual([]);

  // Without network he delivers; meanwhile the trip is cancelled.
  await driver.context.setOffline(true);
  await driver.page.getByRole('link', { name: 'Java Corner Cafe' }).click();
  await driver.page.getByLabel('Received by').fill('Linda Wekesa');
  await sign(driver);
  await driver.button('Complete the delivery').click();
  await driver.page.getByText(`Delivery of ${String(late['number'])} waits to be sent.`).waitFor();

  await office.open(`/trips/${trip.id}`);
  await office.button('Cancel trip').click();
  await office.page.getByRole('dialog').getByLabel('Reason').fill('The bridge is closed');
  await dialogButton(office, 'Cancel trip').click();
  await state(office, 'Cancelled');
  await office.page.getByText('cancelled on the road').waitFor();
  expect(await violationsOf(office)).toEqual([]);

  await driver.context.setOffline(false);
  await driver.page.getByText('The bridge is closed').waitFor();
  const manager = company.by('manager');
  const status = async (id: string) =>
    (await manager.row(`orders?id=eq.${id}&select=status`))['status'];
  await expect.poll(() => status(late.id)).toBe('delivered');
  expect(await status(open.id)).toBe('failed');
  await driver.page.getByRole('heading', { name: 'Count the van' }).waitFor();
  expect(driver.errors).toEqual([]);
  expect(office.errors).toEqual([]);
});
