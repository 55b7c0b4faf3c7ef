import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { signIn, type Person } from '../harness/browser.ts';
import type { Row } from '../api/client.ts';
import { Company } from './_support/company.ts';
import { dialogButton, filterBy } from './_support/steps.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

const bar = (person: Person) => person.page.getByRole('region', { name: 'Selected rows' });
const selected = (person: Person, count: number) =>
  bar(person).getByText(`${count} selected`).waitFor();

test('many orders are allocated at once, and the one that is refused stays selected with its reason', async () => {
  const company = await Company.open();
  const small = [
    await company.approved('Gikomba Traders', 1),
    await company.approved('Gikomba Traders', 2),
  ];
  const stock = await company
    .by('warehouse')
    .row(
      `inventory?product_id=eq.${company.cola.id}&warehouse_id=eq.${company.depot.id}&condition=eq.good&select=*`,
    );
  const large = await company.order('Gikomba Traders', Number(stock['on_hand']) + 1);
  await company
    .by('manager')
    .command('approve_order', { order_id: large.id, note: 'The stock comes tomorrow' });
  const draft = await company.order('Gikomba Traders', 3, false);

  const dispatcher = await signIn(visit(), 'dispatcher@acme.test');
  await dispatcher.open('/orders');
  const box = (order: Row | undefined) =>
    dispatcher.page.getByRole('checkbox', { name: `Select ${order?.['number']}` });
  // The newest stand first.
  await box(draft).click();
  await box(small[0]).click({ modifiers: ['Shift'] });
  await selected(dispatcher, 4);
  await dispatcher.button('Allocate stock 3 of 4').click();
  // All of them together, before anything is done.
  const sheet = dispatcher.page.getByRole('dialog', { name: 'Allocate stock: 3 orders' });
  await sheet.getByRole('row', { name: /COL-300.*4 missing/ }).waitFor();
  await dialogButton(dispatcher, 'Allocate stock').click();
  await bar(dispatcher).getByText('1 of 3 were refused and stay selected:').waitFor();
  await bar(dispatcher).getByText(String(large['number'])).waitFor();
  await bar(dispatcher).getByText(/stock/i).first().waitFor();
  await selected(dispatcher, 2);
  for (const order of [large, draft]) expect(await box(order).isChecked()).toBe(true);
  // Nobody acts on rows that another filter has left behind.
  await filterBy(dispatcher, 'Status', 'Draft');
  await bar(dispatcher).waitFor({ state: 'detached' });
  const states = await company
    .by('manager')
    .rows(`orders?id=in.(${[...small, large].map((order) => order.id).join()})&select=status,id`);
  expect(Object.fromEntries(states.map((row) => [row.id, row['status']]))).toEqual({
    [small[0]?.id ?? '']: 'allocated',
    [small[1]?.id ?? '']: 'allocated',
    [large.id]: 'approved',
  });
  expect(dispatcher.errors).toEqual([]);
});

test('allocated orders are put on a trip together, with what its van still carries in sight', async () => {
  const company = await Company.open();
  const aboard = await company.allocated('Karen Country Kiosk', 1);
  const waiting = [
    await company.allocated('Karen Country Kiosk', 2),
    await company.allocated('Karen Country Kiosk', 3),
  ];
  const trip = await company.planned([aboard], 'KDB 202B', 9);
  const ridden = () =>
    company
      .by('dispatcher')
      .rows(`trip_stops?trip_id=eq.${trip.id}&select=order_id&order=sequence`);

  const dispatcher = await signIn(visit(), 'dispatcher@acme.test');
  const { page } = dispatcher;
  await dispatcher.open('/orders?status=allocated');
  for (const order of [aboard, ...waiting]) {
    await page.getByRole('checkbox', { name: `Select ${order['number']}` }).click();
  }
  await dispatcher.button('Add to a trip 2 of 3').click();
  const sheet = page.getByRole('dialog', { name: 'Add to a trip: 2 orders' });
  await dialogButton(dispatcher, 'Add to a trip').click();
  await sheet.getByText('Correct what is marked.').waitFor();
  expect(await ridden()).toHaveLength(1);
  const offered = sheet.getByRole('option', { name: new RegExp(String(trip['number'])) });
  await sheet
    .getByRole('combobox', { name: 'Trip' })
    .selectOption((await offered.getAttribute('value')) ?? '');
  await expect
    .poll(() => sheet.getByRole('meter', { name: 'Units' }).getAttribute('aria-valuenow'))
    .toBe('6');
  await dialogButton(dispatcher, 'Add to a trip').click();
  // Several go aboard at once, in whichever order; what was there stays first.
  await expect.poll(async () => (await ridden()).length).toBe(3);
  const [first, ...others] = (await ridden()).map((stop) => String(stop['order_id']));
  expect(first).toBe(aboard.id);
  expect(others.toSorted()).toEqual(waiting.map((order) => String(order.id)).toSorted());
  // Only the one that rode already is left, and its button is gone.
  await selected(dispatcher, 1);
  await dispatcher.button(/^Add to a trip/).waitFor({ state: 'detached' });
  expect(dispatcher.errors).toEqual([]);
});

test('before orders are approved together it is told whose credit they exceed', async () => {
  const company = await Company.open();
  const customer = await company.customer('Karen Country Kiosk');
  await company.by('manager').ask(`/rest/v1/customers?id=eq.${customer.id}`, {
    method: 'PATCH',
    body: { credit_limit: 100, payment_terms_days: 14 },
  });
  const orders = [
    await company.order('Karen Country Kiosk', 1),
    await company.order('Karen Country Kiosk', 2),
  ];
  const manager = await signIn(visit(), 'manager@acme.test');
  await manager.open(`/orders?customer=${customer.id}&status=pending_approval`);
  for (const order of orders) {
    await manager.page.getByRole('checkbox', { name: `Select ${order['number']}` }).click();
  }
  await manager.button('Approve 2 of 2').click();
  const sheet = manager.page.getByRole('dialog', { name: 'Approve: 2 orders' });
  await sheet.getByRole('row', { name: /Karen Country Kiosk.*Over by/ }).waitFor();
  expect(manager.errors).toEqual([]);
});

test('all that the filters show is selected with the keyboard and the bar, exported and cancelled', async () => {
  const company = await Company.open();
  for (let number = 0; number < 27; number += 1) {
    await company.order('Kilimani Mini Mart', 1, false);
  }
  const customer = await company.customer('Kilimani Mini Mart');
  const manager = await signIn(visit(), 'manager@acme.test');
  const { page } = manager;
  await manager.open(`/orders?customer=${customer.id}&status=draft`);
  await page.getByRole('link', { name: /^ORD-/ }).first().waitFor();

  for (const format of ['CSV file', 'Excel file (XLSX)']) {
    await manager.button('Export').click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: format }).click(),
    ]);
    const bytes = await readFile(await download.path());
    if (format === 'CSV file') {
      expect(download.suggestedFilename()).toMatch(/^Orders \d{4}-\d\d-\d\d\.csv$/);
      const lines = bytes.toString('utf8').split('\r\n');
      expect(lines[0]).toBe('\ufeffNumber,Customer,Status,Total,Depot,Wanted on,Taken');
      expect(lines).toHaveLength(28);
      expect(lines[1]).toMatch(/^ORD-\d+,Kilimani Mini Mart,Draft,\d+(\.\d+)?,/);
    } else {
      expect(bytes.subarray(0, 2).toString()).toBe('PK');
    }
    await page.getByText('27 rows are in the file.').last().waitFor();
  }

  await page.keyboard.press('j');
  await page.keyboard.press('x');
  await selected(manager, 1);
  await page.keyboard.press('Shift+J');
  await selected(manager, 2);
  await manager.button('Next').click();
  await page.waitForURL(/page=2/);
  await page.getByRole('checkbox', { name: 'Select the rows of this page' }).check();
  await selected(manager, 4);
  await manager.button('Previous').click();
  await manager.button('All 27 that the filters show').click();
  await selected(manager, 27);
  await manager.button('Cancel order 27 of 27').click();
  await page.getByRole('dialog').getByLabel('Reason').fill('The shop is closed for good');
  await dialogButton(manager, 'Cancel order').click();
  await page.getByText('Nothing matches these filters').waitFor();
  const left = await company
    .by('manager')
    .rows(`orders?customer_id=eq.${customer.id}&status=neq.cancelled&select=id`);
  expect(left).toEqual([]);
  expect(manager.errors).toEqual([]);
});
