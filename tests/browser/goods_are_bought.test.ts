import { expect, test } from 'vitest';
import { signIn } from '../harness/browser.ts';
import { bringAxe, violationsOf } from './_support/axe.ts';
import { Company } from './_support/company.ts';
import { CRATE, dialogButton, heading, state } from './_support/steps.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

test('what falls short is ordered from a vendor, approved by somebody else, and comes in two parts', async () => {
  const company = await Company.open();
  const browser = visit();
  const keeper = company.by('warehouse');
  const balance = `inventory?warehouse_id=eq.${company.depot.id}&product_id=eq.${company.cola.id}&condition=eq.good`;
  const before = await keeper.row(`${balance}&select=id,on_hand`);
  // Ten crates less than it should be: twice that is what brings it there.
  const point = Number(before['on_hand']) + 10;
  await keeper.ask(`/rest/v1/inventory?id=eq.${before.id}`, {
    method: 'PATCH',
    body: { reorder_point: point },
  });

  const manager = await signIn(browser, 'manager@acme.test');
  await bringAxe(manager);
  await manager.open('/vendors');
  await manager.button('New vendor').first().click();
  const dialog = manager.page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill('Coast Bottlers');
  await dialog.getByLabel('Phone').fill('0733 100 200');
  await dialogButton(manager, 'Create').click();
  await manager.page.getByText('The vendor was entered.').waitFor();

  await manager.open(`/stock/reorder?warehouse=${company.depot.id}`);
  await manager.page.getByRole('link', { name: 'Order what is proposed' }).click();
  const crates = manager.page.getByRole('spinbutton', { name: `Quantity of ${CRATE}` });
  await crates.waitFor();
  expect(await manager.page.getByRole('combobox', { name: 'Vendor' }).inputValue()).toBe(
    'Coast Bottlers',
  );
  await crates.fill('30');
  await manager.page
    .getByRole('spinbutton', { name: `of ${CRATE}` })
    .last()
    .fill('500');
  await manager.page.getByText(/15,000\.00/).waitFor();
  expect(await violationsOf(manager)).toEqual([]);
  await manager.button('Save the draft').click();
  await manager.page.waitForURL(/\/purchases\/[0-9a-f-]{36}$/);
  const number = await heading(manager, 'PO');
  const path = new URL(manager.page.url()).pathname;
  await manager.button('Ask for approval').click();
  await state(manager, 'Submitted');
  // Who entered it does not approve it.
  expect(await manager.button('Approve').count()).toBe(0);
  expect(await violationsOf(manager)).toEqual([]);

  const owner = await signIn(browser, 'owner@acme.test');
  await owner.open('/approvals');
  await owner.page.getByRole('link', { name: new RegExp(number) }).click();
  await owner.page.waitForURL(`**${path}`);
  await owner.button('Approve').click();
  await state(owner, 'Approved');

  const depot = await signIn(browser, 'warehouse@acme.test', { isPhone: true });
  await bringAxe(depot);
  await depot.open(path);
  const come = depot.page.getByRole('spinbutton', { name: `Quantity of ${CRATE}` });
  await come.fill('31');
  await depot.button('Take it into stock').click();
  await depot.page.getByText('More has come than was ordered.').waitFor();
  await come.fill('12');
  await depot.page.getByLabel('Number of their delivery note').fill('CB-881');
  await depot.button('Take it into stock').click();
  await state(depot, 'Partially received');
  await depot.page.getByText('CB-881').waitFor();
  expect(await violationsOf(depot)).toEqual([]);
  // The rest is proposed.
  await expect.poll(() => come.inputValue()).toBe('18');
  await depot.button('Take it into stock').click();
  await state(depot, 'Received');

  const after = await keeper.row(`${balance}&select=on_hand`);
  expect(Number(after['on_hand'])).toBe(Number(before['on_hand']) + 30);
  // What came is worth what was ordered, and the figure names its receipts.
  await manager.open(path);
  await manager.page
    .getByRole('button', { name: /15,000\.00/ })
    .first()
    .click();
  await manager.page.getByRole('dialog').getByText(CRATE).first().waitFor();
  for (const person of [manager, owner, depot]) expect(person.errors).toEqual([]);
});
