import { expect, test } from 'vitest';
import { signIn, type Person } from '../harness/browser.ts';
import { testStack } from '../harness/stack.ts';
import { confirm, CRATE, EMPTY, heading, select, sign, state } from './_support/steps.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

async function handover(person: Person, side: 'depot' | 'driver'): Promise<void> {
  await person.page.getByLabel(`Count of ${CRATE}`).fill('10');
  await person.button(`Confirm for the ${side}`).click();
  await person.page.getByText(new RegExp(`${side}: counted by`, 'i')).waitFor();
}

/** What is said on a phone leaves the navigation below it free, once it has come in. */
async function isClearOfNavigation(person: Person): Promise<void> {
  const message = person.page.locator('[data-sonner-toast]').first();
  const navigation = person.page.getByRole('navigation', { name: 'Quick' });
  await message.waitFor();
  const gap = async () => {
    const [text, bar] = await Promise.all([message.boundingBox(), navigation.boundingBox()]);
    return (bar?.y ?? 0) - ((text?.y ?? 0) + (text?.height ?? 0));
  };
  await expect.poll(gap, { timeout: 5000 }).toBeGreaterThan(0);
}

test('ten crates go from the order to the paid invoice, and the difference has a name', async () => {
  const browser = visit();
  // The sales account orders ten crates for a customer; price, stock and credit show while typing.
  const sales = await signIn(browser, 'sales@acme.test');
  await sales.open('/orders/new');
  await sales.pick('Customer', 'Kilimani');
  await select(sales, 'From depot', { label: 'Nairobi depot' });
  await sales.pick('Add a product', 'Cola 300');
  await sales.page.getByLabel(`Quantity of ${CRATE}`).fill('10');
  await sales.page
    .getByText(/9,048\.00/)
    .first()
    .waitFor();
  await sales.button('Send for approval').click();
  await sales.page.waitForURL(/\/orders\/[0-9a-f-]{36}$/);
  const orderPath = new URL(sales.page.url()).pathname;
  const number = await heading(sales, 'ORD');
  await state(sales, 'Pending approval');
  expect(await sales.button('Approve').count()).toBe(0);

  const manager = await signIn(browser, 'manager@acme.test');
  await manager.open(orderPath);
  await confirm(manager, 'Approve');
  await state(manager, 'Approved');

  // The dispatcher allocates, builds the trip and plans it.
  const dispatcher = await signIn(browser, 'dispatcher@acme.test');
  await dispatcher.open(orderPath);
  await dispatcher.button('Allocate stock').click();
  await state(dispatcher, 'Allocated');
  await dispatcher.open('/trips/new');
  await select(dispatcher, 'Depot', { label: 'Nairobi depot' });
  await select(dispatcher, 'Vehicle', { index: 1 });
  await select(dispatcher, 'Driver', { label: 'Daniel Kamau' });
  await dispatcher.button(`Add ${number}`).click();
  await dispatcher.button('Create the trip').click();
  await dispatcher.page.waitForURL(/\/trips\/[0-9a-f-]{36}$/);
  const tripPath = new URL(dispatcher.page.url()).pathname;
  await dispatcher.button('Plan').click();
  await state(dispatcher, 'Planned');

  // Warehouse and driver count the load, each for himself; then the van may leave.
  const warehouse = await signIn(browser, 'warehouse@acme.test');
  await warehouse.open(tripPath);
  await handover(warehouse, 'depot');
  const driver = await signIn(browser, 'driver@acme.test', { isPhone: true });
  await driver.open('/drive');
  await handover(driver, 'driver');
  await isClearOfNavigation(driver);
  await dispatcher.open(tripPath);
  await confirm(dispatcher, 'Dispatch');
  await state(dispatcher, 'Dispatched');

  // The driver delivers nine of ten with a signature, takes eight empties and cash.
  await driver.open('/drive');
  await driver.button('Start the trip').click();
  await driver.page.getByRole('link', { name: 'Kilimani Mini Mart' }).click();
  await driver.page
    .getByLabel(`Delivered of ${CRATE}`)
    .getByRole('button', { name: 'One less' })
    .click();
  await select(driver, `Why ${CRATE} was not taken in full`, { index: 1 });
  await driver.page
    .getByLabel(`Empties: ${EMPTY}`)
    .getByRole('spinbutton')
    .or(driver.page.getByLabel(`Empties: ${EMPTY}`).getByRole('textbox'))
    .fill('8');
  await select(driver, 'Paid with', { label: 'Cash' });
  await driver.page.getByLabel('Amount').fill('8543.20');
  await driver.page.getByLabel('Received by').fill('Tom Odhiambo');
  await sign(driver);
  await driver.button('Complete the delivery').click();
  await driver.page.waitForURL(/\/drive(\?|$)/);
  await driver.page.getByText('Delivered', { exact: true }).first().waitFor();

  // The difference appears as a variance of this order.
  await manager.open('/variances');
  await manager.page
    .getByRole('link', { name: /VAR-\d+/ })
    .first()
    .click();
  await manager.page.getByText(number).first().waitFor();

  // Finance sees invoice and payment, issues the one and approves the other.
  const finance = await signIn(browser, 'finance@acme.test');
  await finance.open('/invoices');
  await finance.page
    .getByRole('table')
    .getByRole('link', { name: new RegExp(`Draft|${number}|Kilimani`) })
    .first()
    .click();
  await finance.button('Issue').click();
  await state(finance, 'Issued');
  await finance.page
    .getByText(/8,543\.20/)
    .first()
    .waitFor();
  const invoicePath = new URL(finance.page.url()).pathname;
  await finance.open('/payments');
  await finance.page
    .getByRole('link', { name: /PAY-\d+/ })
    .first()
    .click();
  await finance.button('Approve').click();
  await state(finance, 'Approved');
  await finance.open(invoicePath);
  await state(finance, 'Paid');

  // The customer's messages are in the outbox; Globex's admin sees nothing of all this.
  await sales.open('/outbox');
  await sales.page
    .getByText(new RegExp(`your order ${number} was delivered`, 'i'))
    .first()
    .waitFor();
  const stranger = await signIn(browser, 'admin@globex.test');
  for (const path of ['/orders', '/trips', '/invoices', '/payments', '/variances', '/outbox']) {
    await stranger.open(path);
    await stranger.page.getByRole('heading', { level: 1 }).waitFor();
    await stranger.page.waitForLoadState('networkidle');
    // Globex has a day of its own, with numbers like these.
    const acmes = stranger.page.getByText(/Kilimani|Cola 300|Daniel Kamau|Isuzu|Canter|Acme/);
    expect(await acmes.count()).toBe(0);
  }
  await stranger.page.goto(`${testStack().url}${orderPath}`);
  await stranger.page
    .getByText(/There is no such order/)
    .first()
    .waitFor();

  for (const person of [sales, manager, dispatcher, warehouse, driver, finance, stranger]) {
    expect(person.errors).toEqual([]);
  }
});
