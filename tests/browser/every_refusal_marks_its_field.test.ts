import { expect, test } from 'vitest';
import type { Locator } from 'playwright-core';
import { type Person, signIn } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { dialogButton } from './_support/steps.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

/** Waits until a field has the focus, is called invalid, and is described by what is wrong with it. */
async function isMarked(person: Person, field: Locator, text: string | RegExp): Promise<void> {
  await field.and(person.page.locator('[aria-invalid=true]')).waitFor();
  const described = (await field.getAttribute('aria-describedby'))?.split(' ')[0] ?? '';
  expect(await person.page.locator(`[id="${described}"]`).innerText()).toMatch(text);
  await field.and(person.page.locator(':focus')).waitFor();
}

/** How often the person has written to a table or given a command. */
function countWrites(person: Person): () => number {
  let writes = 0;
  person.page.on('request', (request) => {
    // Whom a customer looks like is asked while he is typed.
    const isQuestion = request.url().includes('/rpc/customers_like');
    const isRead = request.method() === 'GET' || isQuestion;
    if (request.url().includes('/rest/v1/') && !isRead) writes += 1;
  });
  return () => writes;
}

test('what cannot be read is marked before anything is sent, and nothing is cut', async () => {
  const sales = await signIn(visit(), 'sales@acme.test');
  const { page } = sales;
  await sales.open('/customers/new');
  const name = page.getByLabel('Name');
  await name.waitFor();
  const writes = countWrites(sales);
  const create = page.getByRole('button', { name: /^(Add|Create|Save)/ });

  await create.click();
  await isMarked(sales, name, 'This is needed.');
  await name.fill('x'.repeat(201));
  expect((await name.inputValue()).length).toBe(201);
  await create.click();
  await isMarked(sales, name, 'At most 200 characters; these are 201.');
  await name.fill('Corner Duka');
  const limit = page.getByLabel('Credit limit');
  await limit.fill('1.005');
  await create.click();
  await isMarked(sales, limit, 'At most two digits after the point.');
  await limit.fill('1000');
  await page.getByLabel('Phone').fill('call me');
  await create.click();
  await isMarked(sales, page.getByLabel('Phone'), 'This is not a phone number.');
  expect(writes()).toBe(0);
  await page.getByLabel('Phone').fill('0712 345 678');
  await create.click();
  await page.waitForURL(/\/customers\/[0-9a-f-]{36}$/);
  expect(sales.errors).toEqual([]);
});

test('what the database refuses is told at the field it is about: pages, dialogs, reasons', async () => {
  const company = await Company.open();
  const order = await company.order('Kilimani Mini Mart', 2);
  const owner = await signIn(visit(), 'owner@acme.test');
  const { page } = owner;

  await owner.open('/products/new');
  await page.getByLabel('Name').fill('Cola again');
  await page.getByLabel('SKU').fill('COL-300');
  await page.getByLabel('Base price').fill('1');
  await page.getByRole('button', { name: /^(Add|Create|Save)/ }).click();
  await isMarked(owner, page.getByLabel('SKU'), 'Another product has this SKU.');
  expect(await page.getByLabel('Name').inputValue()).toBe('Cola again');
  await page.getByText('Correct what is marked.').waitFor();

  // A dialog.
  await owner.open('/territories');
  await owner.button('New territory').click();
  const taken = await company.by('owner').row('territories?select=id,code&limit=1');
  await page.getByRole('dialog').getByLabel('Name').fill('Elsewhere');
  await page.getByRole('dialog').getByLabel('Code').fill(String(taken['code']));
  await dialogButton(owner, 'Create').click();
  await isMarked(owner, page.getByRole('dialog').getByLabel('Code'), /^Another territory/);

  // The reason of a step.
  const manager = await signIn(visit(), 'manager@acme.test');
  await manager.open(`/orders/${order.id}`);
  await manager.button('Reject').click();
  await dialogButton(manager, 'Reject').click();
  await isMarked(manager, manager.page.getByLabel('Reason'), 'Say why');
  expect([...owner.errors, ...manager.errors]).toEqual([]);
});

test('a stop says at each field what is missing', async () => {
  const company = await Company.open();
  const order = await company.allocated('Karen Country Kiosk', 10);
  await company.started([order], 'KDA 101A', 1);
  const driver = await signIn(visit(), 'driver@acme.test', { isPhone: true });
  const { page } = driver;
  await driver.open(`/drive/${order.id}`);
  const delivered = page.getByRole('group', { name: /^Delivered of/ }).getByRole('spinbutton');
  await delivered.fill('1.0005');
  await driver.button('Complete the delivery').click();
  await isMarked(driver, delivered, 'At most three digits after the point.');
  await delivered.fill('9');
  await driver.button('Complete the delivery').click();
  await isMarked(driver, page.getByLabel(/^Why/), 'was not taken in full');
  const receiver = page.getByLabel('Received by');
  expect(await receiver.getAttribute('aria-invalid')).toBe('true');
  await page.getByText('Let the receiver sign, or take a photo.').waitFor();
  expect(driver.errors).toEqual([]);
});
