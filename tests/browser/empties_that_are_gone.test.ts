import { expect, test } from 'vitest';
import { signIn } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

test('empties that a customer lost are written off by two people, and stand under their name', async () => {
  const company = await Company.open();
  const order = await company.allocated('Kilimani Mini Mart', 10);
  await company.started([order], 'KDA 101A', 1);
  await company.delivered(order, 0);
  const { id } = await company.customer('Kilimani Mini Mart');

  const clerk = await signIn(visit(), 'warehouse@acme.test');
  await clerk.open(`/customers/${id}`);
  await clerk.button('Write off').click();
  const dialog = clerk.page.getByRole('dialog');
  await dialog.getByLabel('Quantity').fill('99');
  await dialog.getByLabel('Reason').fill('Not in his yard');
  await dialog.getByRole('button', { name: 'Ask for approval' }).click();
  await dialog.getByText('The customer does not hold that many of them.').first().waitFor();
  await dialog.getByLabel('Quantity').fill('1');
  await dialog.getByRole('button', { name: 'Ask for approval' }).click();
  await clerk.page.getByText('The write-off waits for somebody else.').waitFor();

  const manager = await signIn(visit(), 'manager@acme.test');
  await manager.open('/stock/containers/losses');
  await manager.page.getByRole('link', { name: /^CWO-/ }).click();
  await manager.button('Approve').click();
  await manager.page.getByText('The write-off was approved.').waitFor();
  await manager.open('/stock/containers?holder=loss');
  await manager.page.getByRole('cell', { name: 'Lost' }).first().waitFor();
  expect(
    await company.by('manager').rows('container_holdings?holder=eq.loss&select=quantity'),
  ).toEqual([{ quantity: 1 }]);
});
