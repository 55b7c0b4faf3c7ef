import { expect, test } from 'vitest';
import { type Person, signIn } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { heading, select, state } from './_support/steps.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

/** A receipt, drawn by the browser that takes its photo. */
async function photograph(person: Person): Promise<void> {
  const photo = await person.page.evaluate(() => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [640, 960];
    canvas.getContext('2d')?.fillRect(20, 20, 300, 300);
    return canvas.toDataURL('image/jpeg').split(',')[1] ?? '';
  });
  await person.page.getByLabel('Take a photo of the receipt').setInputFiles({
    name: 'receipt.jpg',
    mimeType: 'image/jpeg',
    buffer: Buffer.from(photo, 'base64'),
  });
  await person.page.getByAltText('Receipt').waitFor();
}

test('what a driver spends without network is approved, and his cash comes home to the shilling', async () => {
  const company = await Company.open();
  const order = await company.allocated('Java Corner Cafe', 4);
  const trip = await company.started([order], 'KDA 101A', 3);
  await company.delivered(order, 0, 3000);

  const driver = await signIn(visit(), 'driver@acme.test', { isPhone: true, worksOffline: true });
  await driver.open(`/drive?trip=${trip.id}`);
  const record = driver.page.getByRole('link', { name: 'Record an expense' });
  await record.waitFor();
  await driver.page.evaluate(async () => void (await navigator.serviceWorker.ready));

  await driver.context.setOffline(true);
  await record.click();
  await driver.button('Record it').click();
  await driver.page.getByText('Choose what it was spent on.').waitFor();
  await select(driver, 'Category', { label: 'Fuel' });
  await driver.page.getByLabel('Total with tax').fill('580');
  await driver.page.getByLabel('Tax in it').fill('80');
  await photograph(driver);
  await driver.button('Record it').click();
  await driver.page.waitForURL(/\/drive\?trip=/);
  await driver.page.getByText(/Expense of Fuel, .*580\.00 waits to be sent\./).waitFor();
  expect(await company.by('finance').rows(`expenses?trip_id=eq.${trip.id}&select=id`)).toEqual([]);
  await driver.context.setOffline(false);
  await driver.page.getByText(/580\.00 that you spent waits for approval/).waitFor();
  const [expense] = await company
    .by('finance')
    .rows(`expenses?trip_id=eq.${trip.id}&select=id,number`);

  const finance = await signIn(visit(), 'finance@acme.test');
  await finance.open(`/expenses/${String(expense?.['id'])}`);
  await finance.page
    .getByText('Until it is approved, the driver accounts for this cash.')
    .waitFor();
  await finance.page.getByText(`${String(expense?.['number'])}.jpg`).waitFor();
  await finance.button('Approve').click();
  await state(finance, 'Approved');

  // He is told what is left to hand in.
  await driver.open(`/drive?trip=${trip.id}`);
  await driver.page.getByText(/580\.00 of it was spent with approval/).waitFor();
  await driver.page.getByLabel('Cash, counted by you').fill('2420');
  await driver.button('Hand in the cash').click();
  const number = await driver.page.getByRole('link', { name: /SET-\d+/ }).innerText();

  await finance.open('/settlements');
  await finance.page.getByRole('link', { name: number }).click();
  await finance.page.waitForURL('**/settlements/*');
  await finance.page.getByText('To be handed in').waitFor();
  await finance.page.getByLabel('Counted').fill('2420');
  await finance.button('Take it in').click();
  await finance.page.getByText('The cash is right.').waitFor();
  await finance.open(`/expenses/${String(expense?.['id'])}`);
  await state(finance, 'Paid');
  for (const person of [driver, finance]) expect(person.errors).toEqual([]);
});

test('a salesperson is paid back what somebody else approved', async () => {
  await Company.open();
  const sales = await signIn(visit(), 'sales@acme.test');
  await sales.open('/expenses');
  await sales.page.getByRole('link', { name: 'New expense' }).click();
  await select(sales, 'Category', { label: 'Meals' });
  await sales.page.getByLabel('Total with tax').fill('1160');
  await sales.page.getByLabel('Tax in it').fill('160');
  await select(sales, 'Paid by', { label: 'A person' });
  await sales.button('Keep as a draft').click();
  await sales.page.waitForURL(/\/expenses\/[0-9a-f-]{36}$/);
  const number = await heading(sales, 'EXP');
  await sales.button('Ask for approval').click();
  await state(sales, 'Submitted');

  const finance = await signIn(visit(), 'finance@acme.test');
  await finance.open('/approvals');
  await finance.page.getByRole('link', { name: number }).click();
  await finance.page.waitForURL('**/expenses/*');
  await finance.button('Approve').click();
  await state(finance, 'Approved');
  await finance.button('It was paid').click();
  const dialog = finance.page.getByRole('dialog');
  await dialog.getByLabel('Note').fill('QGH7KLM2XA');
  await dialog.getByRole('button', { name: 'It was paid' }).click();
  await state(finance, 'Paid');
  await finance.page.getByText('QGH7KLM2XA').first().waitFor();
  await state(sales, 'Paid');
  for (const person of [sales, finance]) expect(person.errors).toEqual([]);
});
