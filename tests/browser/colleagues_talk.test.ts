import { expect, test } from 'vitest';
import { signIn } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { dialogButton } from './_support/steps.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

const PDF = Buffer.from('%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n');

test('colleagues talk about an order, add a file to it, and read what happened to it', async () => {
  const browser = visit();
  const company = await Company.open();
  const order = await company.approved('Westlands Wholesalers', 3);
  const path = `/orders/${order.id}`;
  const sales = await signIn(browser, 'sales@acme.test');
  const dispatcher = await signIn(browser, 'dispatcher@acme.test');
  await dispatcher.open(path);
  await sales.open(path);

  await sales.page.getByLabel('Comment', { exact: true }).fill('Ring the bell twice.');
  await sales.pick('Mention somebody', 'Joyce');
  await sales.button('Comment').click();
  // It is on the page of a colleague by itself, who reads it and leaves it as it is.
  await dispatcher.page.getByText(/^Ring the bell twice\. @Joyce/).waitFor();
  expect(await dispatcher.button('Edit').count()).toBe(0);

  // What only calls itself a PDF is refused in words.
  const input = sales.page.locator('input[type=file]');
  const file = { name: 'contract.pdf', mimeType: 'application/pdf' };
  await input.setInputFiles({ ...file, buffer: Buffer.from('just words') });
  await sales.page.getByText('The file is not what its name says.').waitFor();
  await input.setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: PDF });
  await sales.page.getByText('notes.txt: Only pictures (JPEG, PNG, WebP) and PDF').waitFor();
  await input.setInputFiles({ ...file, buffer: PDF });
  await dispatcher.page.getByRole('button', { name: 'contract.pdf' }).waitFor();
  const shown = dispatcher.context.waitForEvent('page');
  const fetched = dispatcher.context.waitForEvent('response', (answer) =>
    answer.url().includes('/storage/v1/object/sign/attachments/'),
  );
  await dispatcher.button('contract.pdf').click();
  expect((await fetched).status()).toBe(200);
  await (await shown).close();

  await sales.button('Edit').click();
  await sales.page.getByLabel('Comment', { exact: true }).last().fill('Ring once.');
  await sales.button('Save').click();
  await dispatcher.page.getByText('Ring once.').waitFor();
  await dispatcher.page.getByText(/· edited/).waitFor();

  // What changed is told by its values, before and after.
  await company.by('sales').command('amend_order', { order_id: order.id, notes: 'Back door' });
  await dispatcher.page.getByText(/^Notes: –\s+became\s*→\s+Back door$/).waitFor();

  await sales.button('Remove').last().click();
  await dialogButton(sales, 'Remove').click();
  await dispatcher.page.getByText('A comment was removed.').waitFor();
  const [mail] = await company
    .by('owner')
    .rows('messages?template=eq.comment.created&select=recipient');
  expect(mail?.['recipient']).toBe('dispatcher@acme.test');
  for (const person of [sales, dispatcher]) expect(person.errors).toEqual([]);
});
