import { expect, test } from 'vitest';
import { signIn, type Person } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { filterBy } from './_support/steps.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

const tab = (person: Person, name: string | RegExp) =>
  person.page.getByRole('navigation', { name: 'Status' }).getByRole('link', { name });
const row = (person: Person, number: unknown) =>
  person.page.getByRole('link', { name: String(number), exact: true });

test('states are tabs with their numbers, filters have several choices, and all rows are added up', async () => {
  const company = await Company.open();
  const customer = await company.customer('Java Corner Cafe');
  const drafts = [];
  for (const quantity of [1, 2, 3]) {
    drafts.push(await company.order('Java Corner Cafe', quantity, false));
  }
  const sent = await company.order('Java Corner Cafe', 4);
  const sales = await signIn(visit(), 'sales@acme.test');
  const { page } = sales;
  await sales.open(`/orders?customer=${customer.id}`);
  await tab(sales, 'All 4').waitFor();
  await tab(sales, 'Draft 3').waitFor();
  const price = Number(sent['total']) / 4;
  const money = (amount: number) =>
    new Intl.NumberFormat('en-KE', { style: 'currency', currency: 'KES' }).format(amount);
  const totals = page.locator('tfoot');
  await totals.getByText(money(price * 10)).waitFor();
  await totals.getByText('All 4').waitFor();

  // By keyboard, as every link.
  await tab(sales, 'Draft 3').focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/status=draft/);
  await row(sales, sent['number']).waitFor({ state: 'detached' });
  // The tabs say what the other filters leave, whichever of them is shown.
  await tab(sales, 'All 4').waitFor();
  await totals.getByText(money(price * 6)).waitFor();

  await filterBy(sales, 'Status', 'Draft', 'Pending approval');
  await page.waitForURL(/status=draft%2Cpending_approval/);
  await row(sales, sent['number']).waitFor();
  await row(sales, drafts[0]?.['number']).waitFor();

  // A range, of a filter that is taken from behind the others.
  await sales.button('More filters').click();
  await page.getByRole('menuitem', { name: 'Total' }).click();
  const range = page.getByRole('dialog', { name: 'Total' });
  await range.getByLabel('From').fill((price * 2).toFixed(2));
  await range.getByLabel('From').press('Tab');
  await page.waitForURL(/total=[\d.]+\.\./);
  await range.getByLabel('Until').fill((price * 3).toFixed(2));
  await range.getByLabel('Until').press('Tab');
  await row(sales, sent['number']).waitFor({ state: 'detached' });
  await range.getByRole('button', { name: 'Done' }).click();
  await tab(sales, 'All 2').waitFor();

  // What is empty.
  await sales.open(`/orders?customer=${customer.id}&reference=is_filled`);
  await page.getByText('Nothing matches these filters').waitFor();
  await sales.open(`/orders?customer=${customer.id}&reference=is_empty`);
  await tab(sales, 'All 4').waitFor();

  // An address that says what nobody understands still opens, and says so.
  await sales.open(`/orders?customer=${customer.id},x&status=lost&total=much`);
  await page
    .getByText('Not understood in the address and ignored: Status: lost; Customer: x; Total: much.')
    .waitFor();
  await tab(sales, 'All 4').waitFor();
  expect(sales.errors).toEqual([]);
});

test('rows are grouped with their numbers and sums, and a group opens and leads to its rows', async () => {
  const company = await Company.open();
  const orders = [
    await company.order('Ngong View Bar', 1, false),
    await company.order('Mnarani Stores', 2, false),
    await company.order('Mnarani Stores', 3, false),
  ];
  const sales = await signIn(visit(), 'sales@acme.test');
  const { page } = sales;
  await sales.open('/orders?status=draft');
  await sales.button('Group by').click();
  await page.getByRole('menuitem', { name: 'Customer' }).click();
  await page.waitForURL(/group=customer/);
  const group = page.getByRole('button', { name: /^Mnarani Stores/ });
  await page.getByRole('button', { name: 'Mnarani Stores 2' }).waitFor();
  const sum = orders.slice(1).reduce((total, order) => total + Number(order['total']), 0);
  await page
    .getByRole('listitem')
    .filter({ has: group })
    .getByText(sum.toLocaleString('en-KE', { minimumFractionDigits: 2 }))
    .waitFor();
  await group.click();
  await row(sales, orders[1]?.['number']).waitFor();
  expect(await row(sales, orders[0]?.['number']).count()).toBe(0);
  await group.click();
  await row(sales, orders[1]?.['number']).waitFor({ state: 'detached' });
  await group.click();
  await page.getByRole('link', { name: 'All 2 of Mnarani Stores' }).click();
  await page.waitForURL((url) => !url.search.includes('group') && /customer=/.test(url.search));
  await row(sales, orders[2]?.['number']).waitFor();
  expect(sales.errors).toEqual([]);
});

test('what the filters show is printed, all of it and nothing else of the page', async () => {
  const company = await Company.open();
  const customer = await company.customer('Kilifi Beach Hotel');
  for (let number = 0; number < 26; number += 1) {
    await company.order('Kilifi Beach Hotel', 1, false);
  }
  const sales = await signIn(visit(), 'sales@acme.test');
  const { page } = sales;
  // A test has no printer: what would be on the paper is looked at when it is asked for.
  await page.addInitScript(() => {
    window.print = () => {
      const paper = document.querySelector('main > .paper');
      document.body.dataset['printed'] = String(paper?.querySelectorAll('tbody tr').length);
    };
  });
  await sales.open(`/orders?customer=${customer.id}&status=draft`);
  await sales.button('Export').click();
  await page.getByRole('menuitem', { name: 'Print' }).click();
  await page.getByText('26 rows were handed to the printer.').waitFor();
  expect(await page.evaluate(() => document.body.dataset['printed'])).toBe('26');
  expect(await page.locator('.paper').count()).toBe(0);
  expect(sales.errors).toEqual([]);
});

test('two choices that are made faster than the list answers are both kept', async () => {
  await Company.open();
  const sales = await signIn(visit(), 'sales@acme.test');
  const { page } = sales;
  await sales.open('/orders');
  await tab(sales, /^All \d/).waitFor();
  let answer = () => {};
  const released = new Promise<void>((resolve) => (answer = resolve));
  await page.route('**/rest/v1/orders?*', async (route) => {
    await released;
    await route.continue();
  });
  await page.getByRole('button', { name: /^Status: / }).click();
  const open = page.getByRole('dialog', { name: 'Status' });
  await open.getByRole('checkbox', { name: 'Draft' }).check();
  await open.getByRole('checkbox', { name: 'Cancelled' }).check();
  await open.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('button', { name: 'More filters' }).click();
  await page.getByRole('menuitem', { name: 'Channel' }).click();
  await page.getByRole('dialog', { name: 'Channel' }).getByLabel('Phone').check();
  answer();
  await page.waitForURL(/status=draft%2Ccancelled&channel=phone/);
  expect(sales.errors).toEqual([]);
});
