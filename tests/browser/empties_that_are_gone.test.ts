import { expect, test } from 'vitest';
import { signIn } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

test('empties that a customer lost are written off by two people; past stock and who answers for a difference are looked up', async () => {
  const company = await Company.open();
  const order = await company.allocated('Kilimani Mini Mart', 10);
  await company.started([order], 'KDA 101A', 1);
  await company.delivered(order, 1);
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

  // What a place had at a moment stands beside what it has now.
  await manager.open('/stock/as_of?at=2020-01-01T00:00:00Z');
  await manager.page.getByRole('columnheader', { name: 'Then' }).waitFor();
  await manager.page
    .getByRole('row', { name: /COL-300/ })
    .first()
    .waitFor();

  // The crate that was refused is the driver's to answer for.
  const driver = await company.by('manager').row('memberships?role=eq.driver&select=id');
  const variance = await company.by('manager').row(`variances?order_id=eq.${order.id}&select=id`);
  await company.by('manager').command('approve_variance', {
    variance_id: variance.id,
    code: 'lost',
    responsible_id: driver.id,
  });
  await manager.open(`/variances?responsible=${driver.id}`);
  await manager.page.getByRole('columnheader', { name: 'Answers for it' }).waitFor();
  expect(await manager.page.getByRole('link', { name: /^VAR-/ }).count()).toBe(1);
});
