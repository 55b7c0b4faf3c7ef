import { expect, test } from 'vitest';
import { signIn } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { dialogButton, select, state } from './_support/steps.ts';
import { holdReading, useBrowser } from './_support/walk.ts';

const visit = useBrowser();

test('sales keeps the contacts of a customer', async () => {
  const company = await Company.open();
  const customer = await company.customer('Gikomba Traders');
  const sales = await signIn(visit(), 'sales@acme.test');
  await sales.open(`/customers/${customer.id}`);
  await sales.button('Add a contact').click();
  const dialog = sales.page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Zuri Atieno');
  await dialog.getByLabel('Phone').fill('12');
  await dialogButton(sales, 'Add the contact').click();
  await dialog.getByText('This is not a phone number.').waitFor();
  await dialog.getByLabel('Phone').fill('0722 000 444');
  await dialogButton(sales, 'Add the contact').click();
  await sales.page.getByRole('link', { name: '+254722000444' }).waitFor();

  await sales.button('Change Zuri Atieno').click();
  await dialog.getByLabel('Role').fill('Storekeeper');
  await dialogButton(sales, 'Save').click();
  await sales.page.getByText('Storekeeper').waitFor();
  await sales.button('Remove Zuri Atieno').click();
  await sales.page.getByText('No contacts yet').waitFor();
  expect(sales.errors).toEqual([]);
});

test('the page of a customer says what is left of his credit', async () => {
  const company = await Company.open();
  const customer = await company.customer('Westlands Wholesalers');
  const browser = visit();
  const sales = await signIn(browser, 'sales@acme.test');
  await sales.open(`/customers/${customer.id}`);
  await sales.page
    .getByText(/Ksh\s400,000\.00/)
    .first()
    .waitFor();
  const card = sales.page.getByText(/used of/);
  expect(await card.innerText()).toMatch(/^Ksh\s0\.00 used of Ksh\s400,000\.00$/);
  const order = await company.approved('Westlands Wholesalers', 12);
  const owed = new Intl.NumberFormat('en-KE', { minimumFractionDigits: 2 });
  // The page follows by itself.
  await sales.page.getByText(`${owed.format(Number(order['total']))} used of`).waitFor();

  const warehouse = await signIn(browser, 'warehouse@acme.test');
  await warehouse.open(`/customers/${customer.id}`);
  await warehouse.page.getByRole('heading', { level: 1, name: 'Westlands Wholesalers' }).waitFor();
  expect(await warehouse.page.getByText(/used of/).count()).toBe(0);
  for (const person of [sales, warehouse]) expect(person.errors).toEqual([]);
});

test('a manager draws a territory inside another, sales only reads them', async () => {
  const browser = visit();
  const manager = await signIn(browser, 'manager@acme.test');
  await manager.open('/territories');
  await manager.button('New territory').click();
  const dialog = manager.page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Westlands');
  await dialog.getByLabel('Code').fill('WST');
  await select(manager, 'Part of', { label: 'Nairobi' });
  await dialogButton(manager, 'Create').click();
  const row = (person: typeof manager) => person.page.getByRole('row', { name: /Westlands.*WST/ });
  await row(manager).getByText('Nairobi').waitFor();
  await manager.button('Change Westlands').click();
  await dialog.getByLabel('In use').uncheck();
  await dialogButton(manager, 'Save').click();
  await row(manager).getByText('Retired').waitFor();

  const sales = await signIn(browser, 'sales@acme.test');
  await sales.open('/territories');
  await row(sales).waitFor();
  expect(await sales.button('New territory').count()).toBe(0);
  for (const person of [manager, sales]) expect(person.errors).toEqual([]);
});

test('a payment is matched to the line that the bank reports', async () => {
  const company = await Company.open();
  const customer = await company.customer('Ngong View Bar');
  const payment = await company.by('sales').command('record_payment', {
    customer_id: customer.id,
    method: 'mpesa',
    amount: 1234.5,
    reference: 'SJK4H7T2Q1',
  });
  await company.by('finance').command('approve_payment', { payment_id: payment.id });
  const finance = await signIn(visit(), 'finance@acme.test');
  await finance.open('/payments/statement');
  await finance.button('Add a line').click();
  const dialog = finance.page.getByRole('dialog');
  await dialog.getByLabel('Account').fill('M-Pesa till');
  // Another reference than the payment's: of the same one it would be matched by itself.
  await dialog.getByLabel('Reference').fill('FT 26331/77');
  await dialog.getByLabel('Amount').fill('1234.50');
  await dialogButton(finance, 'Add the line').click();
  const row = finance.page.getByRole('row', { name: /FT 26331/ });
  await row.getByText('Open').waitFor();
  await finance.open(`/payments/${payment.id}`);
  await finance.button('Match').click();
  await state(finance, 'Reconciled');
  await finance.button('Undo the match').click();
  await state(finance, 'Approved');
  await finance.button('Match').click();
  await state(finance, 'Reconciled');
  await finance.open('/payments/statement');
  await row.getByText('Matched').waitFor();
  await row.getByText(String(payment['number'])).waitFor();
  expect(finance.errors).toEqual([]);
});

test('money is taken off an invoice and given back', async () => {
  const company = await Company.open();
  const order = await company.allocated('Java Corner Cafe', 2);
  await company.started([order], 'KDB 202B', 6);
  await company.delivered(order);
  const invoice = await company.invoiceOf(order);
  const finance = await signIn(visit(), 'finance@acme.test');
  await company.by('finance').command('issue_invoice', { invoice_id: invoice.id });
  const payment = await company.by('sales').command('record_payment', {
    customer_id: invoice['customer_id'],
    method: 'cash',
    amount: 1500,
    order_id: order.id,
  });
  await company.by('finance').command('approve_payment', { payment_id: payment.id });
  await finance.open(`/payments/${payment.id}`);
  await finance.page.getByRole('button', { name: /^Take off INV/ }).click();
  await finance.page.getByText('No invoice was paid with it yet.').waitFor();
  await finance.button('Give back').click();
  const dialog = finance.page.getByRole('dialog');
  expect(await dialog.getByLabel('Amount').inputValue()).toBe('1500');
  await dialog.getByLabel('Amount').fill('500');
  await dialog.getByLabel('Reason').fill('Paid twice');
  await dialogButton(finance, 'Give back').click();
  await finance.page.getByText('Paid twice').waitFor();
  await finance.page.getByRole('heading', { name: 'Given back' }).waitFor();

  // A void invoice is billed again, and the draft is what one sees next.
  await company.by('finance').command('void_invoice', { invoice_id: invoice.id, reason: 'Wrong' });
  await finance.open(`/orders/${order.id}`);
  await finance.button('Draft the invoice').click();
  await finance.page.waitForURL('**/invoices/*');
  await state(finance, 'Draft');
  expect(finance.errors).toEqual([]);
});

test('a super admin creates a company, suspends one and lets it in again', async () => {
  const browser = visit();
  const platform = await signIn(browser, 'super@mzigo.test');
  await platform.page.getByRole('link', { name: 'Companies' }).click();
  await platform.button('New company').click();
  const dialog = platform.page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill('Tanga Waters');
  await dialog.getByLabel('Short name').fill('tanga');
  await select(platform, 'Currency', { label: 'TZS' });
  await dialogButton(platform, 'Create').click();
  await platform.page.getByRole('row', { name: /Tanga Waters.*tanga.*Active/ }).waitFor();

  const guard = await signIn(browser, 'admin@globex.test');
  // From here on the device knows him.
  await guard.page.getByRole('heading', { level: 1 }).waitFor();
  await platform.button('Suspend Globex Gas').click();
  await dialogButton(platform, 'Suspend').click();
  await platform.page.getByRole('row', { name: /Globex Gas.*Suspended/ }).waitFor();
  // The word comes while the page that began with what the device knows is still being read.
  const orders = await holdReading(guard.page, '**/rest/v1/orders?*');
  const asked = guard.page.waitForRequest('**/rest/v1/orders?*');
  const told = guard.page.waitForResponse('**/rpc/my_session');
  await guard.page.route('**/rpc/my_session', async (route) => {
    await asked;
    await route.continue();
  });
  await Promise.all([guard.open('/orders'), told.then(orders.release)]);
  await guard.page.getByText('You are not a member of an active company').waitFor();
  await guard.page.unroute('**/rpc/my_session');
  await platform.button('Reactivate Globex Gas').click();
  await platform.page.getByRole('row', { name: /Globex Gas.*Active/ }).waitFor();
  await guard.open('/orders');
  await guard.page.getByRole('heading', { level: 1, name: 'Orders' }).waitFor();

  // Nobody else sees that there are companies.
  await guard.open('/platform/companies');
  await guard.page.getByText('There is no such page.').waitFor();
  expect(await guard.page.getByRole('link', { name: 'Companies' }).count()).toBe(0);
  for (const person of [platform, guard]) expect(person.errors).toEqual([]);
});

test('a depot, a van and its driver are added and may be taken out of use', async () => {
  const owner = await signIn(visit(), 'owner@acme.test');
  const dialog = owner.page.getByRole('dialog');
  const added = (name: string) => owner.page.getByRole('listitem').filter({ hasText: name });
  await owner.open('/fleet');
  await owner.button('Add to depots and shops').click();
  await dialog.getByLabel('Name').fill('Thika depot');
  await dialog.getByLabel('Code').fill('THK');
  await dialog.getByLabel('Address').fill('Garissa Road, Thika');
  await dialogButton(owner, 'Save').click();
  await added('Thika depot').getByText('Garissa Road, Thika').waitFor();

  await owner.button('Add to vehicles').click();
  await dialog.getByLabel('Name').fill('Hino 300');
  await dialog.getByLabel('Number plate').fill('KDC 900C');
  await dialog.getByLabel('Home depot').selectOption({ label: 'Thika depot' });
  await dialog.getByLabel('Carries at most').fill('4500');
  await dialog.getByLabel('Volume').fill('20000');
  await dialog.getByLabel('Units').fill('250');
  await dialogButton(owner, 'Save').click();
  await added('Hino 300').getByText('4,500 kg, 20,000 l, home Thika depot').waitFor();

  // What cannot be a number keeps the dialog open with everything in it.
  await owner.button('Add to drivers').click();
  await dialog.getByLabel('Name').fill('Peris Chebet');
  await dialog.getByLabel('Phone').fill('12');
  await dialogButton(owner, 'Save').click();
  await dialog.getByText('This is not a phone number.').waitFor();
  await dialog.getByLabel('Phone').fill('0733 100 200');
  await dialogButton(owner, 'Save').click();
  await added('Peris Chebet').getByText('+254733100200').waitFor();

  await added('Hino 300').getByRole('button', { name: 'Retire' }).click();
  await added('Hino 300').getByText('Retired').waitFor();
  expect(owner.errors).toEqual([]);
});

test('a price list for a territory is made, and a price of it is changed in place', async () => {
  const manager = await signIn(visit(), 'manager@acme.test');
  await manager.open('/prices');
  await manager.button('New price list').click();
  const dialog = manager.page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Nairobi offer');
  await dialog.getByLabel('For').selectOption({ label: 'A territory' });
  await dialog.getByLabel('Territory').selectOption({ label: 'Nairobi' });
  await dialogButton(manager, 'Create').click();
  await manager.page.getByRole('heading', { level: 1, name: 'Nairobi offer' }).waitFor();
  await manager.page.getByText('For territory Nairobi').waitFor();

  await manager.pick('Product', 'Cola');
  await manager.page.getByLabel('Price', { exact: true }).fill('700');
  await manager.button('Add').click();
  const price = manager.page.getByLabel('Price of Cola 300 ml, crate of 24');
  await price.fill('690');
  await price.press('Tab');
  await manager.page.getByText(/now costs Ksh\s690\.00/).waitFor();
  expect(manager.errors).toEqual([]);
});
