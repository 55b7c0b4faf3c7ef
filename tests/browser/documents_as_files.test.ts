import { readFile } from 'node:fs/promises';
import type { Download } from 'playwright-core';
import { expect, test } from 'vitest';
import { pagesOf } from '../functions/_support/paper.ts';
import { type Person, signIn } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

async function wordsOf(download: Download): Promise<string> {
  return (await pagesOf(await readFile(await download.path()))).join(' ');
}

/** Presses a button and waits for the file that comes of it. */
async function fileOf(person: Person, press: () => Promise<void>): Promise<Download> {
  const [download] = await Promise.all([person.page.waitForEvent('download'), press()]);
  return download;
}

test('a company puts its logo and terms on its invoices, and sends them in the language of the customer', async () => {
  const company = await Company.open();
  const order = await company.allocated('Ngong View Bar', 2);

  // A photo, far larger than a head of a document, with the name of something else.
  const admin = await signIn(visit(), 'admin@acme.test');
  await admin.open('/settings');
  const photo = await admin.page.evaluate(() => {
    const canvas = document.createElement('canvas');
    canvas.width = 2400;
    canvas.height = 1200;
    const context = canvas.getContext('2d') as CanvasRenderingContext2D;
    context.fillStyle = 'teal';
    context.fillRect(0, 0, 2400, 1200);
    return canvas.toDataURL('image/jpeg').split(',')[1] ?? '';
  });
  const chooser = admin.page.locator('input[type=file]');
  await chooser.setInputFiles({
    name: 'list.png',
    mimeType: 'image/png',
    buffer: Buffer.from('this is no picture'),
  });
  await admin.page.getByText('This file is not a picture.').waitFor();
  await chooser.setInputFiles({
    name: 'van.png',
    mimeType: 'image/png',
    buffer: Buffer.from(photo, 'base64'),
  });
  await admin.page.getByAltText('Logo of the company').waitFor();
  await admin.page.getByLabel(/^Terms/).fill('Ours until it is paid.');
  await admin.button('Save the settings').click();
  await admin.page.getByText('The settings are saved').waitFor();
  const { logo } = await company.by('owner').row('tenant_settings?select=logo');
  expect(String(logo)).toMatch(/^data:image\/png;base64,iVBORw0KGgo/);

  const manager = await signIn(visit(), 'manager@acme.test');
  await manager.open(`/customers/${String(order['customer_id'])}`);
  await manager.button('Edit').click();
  await manager.page.getByLabel(/^Language of documents/).selectOption('Kiswahili');
  await manager.button(/^Save/).click();
  await manager.page.getByRole('dialog').waitFor({ state: 'detached' });

  const sales = await signIn(visit(), 'sales@acme.test');
  await sales.open(`/orders/${order.id}`);
  await sales.button('PDF').click();
  const confirmation = await fileOf(sales, () =>
    sales.page.getByRole('menuitem', { name: 'Order confirmation' }).click(),
  );
  expect(confirmation.suggestedFilename()).toBe(
    `Uthibitisho wa oda ${String(order['number'])}.pdf`,
  );
  const confirmed = await wordsOf(confirmation);
  expect(confirmed).toContain('2 kreti');
  // It was approved before the company had terms.
  expect(confirmed).not.toContain('Ours until it is paid.');
  await sales.button('PDF').click();
  const picked = await fileOf(sales, () =>
    sales.page.getByRole('menuitem', { name: 'Pick list' }).click(),
  );
  // A paper of the house is in the language of its reader.
  expect(await wordsOf(picked)).toContain('COL-300');
  expect(picked.suggestedFilename()).toBe(`Pick list ${String(order['number'])}.pdf`);

  await company.started([order], 'KDA 101A', 5);
  await company.delivered(order);
  const draft = await company.invoiceOf(order);
  const invoice = await company.by('finance').command('issue_invoice', { invoice_id: draft.id });
  const finance = await signIn(visit(), 'finance@acme.test');
  await finance.open(`/invoices/${invoice.id}`);
  const file = await fileOf(finance, () => finance.button('PDF').click());
  expect(file.suggestedFilename()).toBe(`Ankara ${String(invoice['number'])}.pdf`);
  const total = Number(invoice['total']).toLocaleString('en-KE', { minimumFractionDigits: 2 });
  const billed = await wordsOf(file);
  expect(billed).toContain(`Jumla Ksh ${total}`);
  expect(billed).toContain('Ours until it is paid.');
  await finance.page.getByText(`${file.suggestedFilename()} is ready.`).waitFor();

  await finance.open(`/customers/${String(order['customer_id'])}/statement`);
  const account = await fileOf(finance, () => finance.button('PDF').click());
  expect(await wordsOf(account)).toContain(`Ankara ${String(invoice['number'])}`);
  for (const person of [admin, manager, sales, finance]) expect(person.errors).toEqual([]);
});

test('a phone passes the file on in its own way', async () => {
  const company = await Company.open();
  const order = await company.allocated('Java Corner Cafe', 1);
  const trip = await company.planned([order], 'KDA 101A', 9);
  const driver = await signIn(visit(), 'dispatcher@acme.test', { isPhone: true });
  await driver.page.addInitScript(() => {
    const shared: string[] = [];
    Object.assign(window, { shared });
    Object.assign(navigator, {
      canShare: () => true,
      share: (what: ShareData) => {
        shared.push(...(what.files ?? []).map((file) => `${file.name} ${file.type}`));
        return Promise.resolve();
      },
    });
  });
  await driver.open(`/trips/${trip.id}`);
  await driver.button('PDF').click();
  const name = `Load sheet ${String(trip['number'])}.pdf`;
  await driver.page.getByText(`${name} is ready.`).waitFor();
  expect(
    await driver.page.evaluate(() => (window as unknown as { shared: string[] }).shared),
  ).toEqual([`${name} application/pdf`]);
  expect(driver.errors).toEqual([]);
});
