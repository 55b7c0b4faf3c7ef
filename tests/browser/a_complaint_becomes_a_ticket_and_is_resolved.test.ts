import { expect, test } from 'vitest';
import { signIn } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { dialogButton, select, state } from './_support/steps.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

test('a complaint becomes a ticket, waits, is resolved, and the customer sees how far it is', async () => {
  const company = await Company.open();
  const customer = await signIn(visit(), 'customer@acme.test', { isPhone: true });
  await customer.open('/my/help');
  await customer.page.getByLabel('What can we do').fill('Two bottles were broken');
  await customer.button('Send').click();
  await customer.page.getByText('TSK-').first().waitFor();

  // Whoever reads the task makes a ticket of it: what was said stands in it already.
  const dispatcher = await signIn(visit(), 'dispatcher@acme.test');
  const { page } = dispatcher;
  const task = await company.by('dispatcher').row('tasks?status=eq.open&select=id');
  await dispatcher.open(`/tasks/${task.id}`);
  await dispatcher.button('Make a ticket').click();
  await select(dispatcher, 'Category', { label: 'Goods' });
  await page.getByRole('dialog').getByLabel('Subject').fill('Broken bottles');
  await dialogButton(dispatcher, 'Create').click();
  await page.waitForURL(/\/tickets\/[0-9a-f-]{36}$/);
  await page.getByRole('heading', { level: 1, name: 'Broken bottles' }).waitFor();
  await page.getByText('Two bottles were broken').first().waitFor();
  await page.getByRole('link', { name: /TSK-\d+/ }).waitFor();
  await dispatcher.button('Begin work').click();
  await state(dispatcher, 'In progress');
  await dispatcher.button('Wait').click();
  await page.getByRole('dialog').getByLabel('Reason').fill('Pictures of the crate');
  await dialogButton(dispatcher, 'Wait').click();
  await state(dispatcher, 'Waiting');
  await customer.open('/my/help');
  await customer.page.getByText('TKT-').first().waitFor();
  await customer.page.getByText('Waiting').first().waitFor();
  await dispatcher.button('Go on').click();
  await state(dispatcher, 'In progress');
  await dispatcher.button('Resolve').click();
  await page.getByRole('dialog').getByLabel('What was done').fill('Two new ones were brought');
  await dialogButton(dispatcher, 'Resolve').click();
  await state(dispatcher, 'Resolved');
  await page.getByText('Two new ones were brought').first().waitFor();
  await dispatcher.button('Open again').click();
  await state(dispatcher, 'Open');

  // One that nobody has is in the list of all who work on tickets, and is taken there.
  const manager = await signIn(visit(), 'manager@acme.test');
  await manager.open('/tickets');
  await manager.button('New ticket').click();
  await manager.page.getByRole('dialog').getByLabel('Subject').fill('The scale is wrong');
  await select(manager, 'Category', { label: 'Equipment' });
  await dialogButton(manager, 'Create').click();
  await manager.page.waitForURL(/\/tickets\/[0-9a-f-]{36}$/);
  const seller = await signIn(visit(), 'sales@acme.test', { isPhone: true });
  await seller.open('/tickets');
  await seller.page.locator('a[data-open]').filter({ visible: true }).first().click();
  await seller.page.getByRole('heading', { level: 1, name: 'The scale is wrong' }).waitFor();
  await seller.button('Take it').click();
  await seller.page.getByText('The ticket is yours.').first().waitFor();
  for (const person of [customer, dispatcher, manager, seller]) expect(person.errors).toEqual([]);
});
