import { Buffer } from 'node:buffer';
import { expect, test } from 'vitest';
import { signIn } from '../harness/browser.ts';
import { CRATE, confirm, dialogButton, select, state } from './_support/steps.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

test('a proposal is sent, revised and wins its deal; a contract holds once its paper is signed', async () => {
  // What a customer is offered, with whom a deal begins.
  const sales = await signIn(visit(), 'sales@acme.test');
  await sales.open('/proposals');
  await sales.button('New proposal').click();
  await sales.pick('Customer', 'Kilimani Mini Mart');
  await sales.page.getByLabel('What it is for').fill('Crates for the festival');
  await dialogButton(sales, 'Create').click();
  await sales.page.waitForURL(/\/proposals\/[0-9a-f-]{36}$/);
  await sales.page.getByText('It offers nothing yet').waitFor();
  await sales.button('Change').click();
  await sales.pick('Add a product', CRATE);
  await sales.page.getByLabel(CRATE, { exact: true }).fill('20');
  await dialogButton(sales, 'Save').click();
  await sales.page.getByText('The proposal was changed').first().waitFor();
  await confirm(sales, 'Send');
  await state(sales, 'Sent');
  const paper = sales.page.waitForEvent('download');
  await sales.button('PDF').click();
  expect((await paper).suggestedFilename()).toMatch(/^Proposal PROP-\d+\.pdf$/);

  // The next version takes its place, and wins the deal.
  const first = sales.page.url();
  await sales.button('New version').click();
  await dialogButton(sales, 'Create').click();
  await sales.page.waitForURL((url) => url.href !== first);
  await confirm(sales, 'Send');
  await state(sales, 'Sent');
  await confirm(sales, 'The customer says yes');
  await state(sales, 'Accepted');
  await sales.page.getByRole('link', { name: /DEAL-\d+/ }).click();
  await state(sales, 'Won');
  await sales.button('Make the order').first().waitFor();
  await sales.open(new URL(first).pathname);
  await state(sales, 'Superseded');

  // What is agreed: not before the signed paper is filed with it.
  const manager = await signIn(visit(), 'manager@acme.test', { isPhone: true });
  await manager.open('/contracts');
  await manager.button('New contract').click();
  await manager.page.getByRole('dialog').getByLabel('What is agreed').fill('Crates all year');
  await select(manager, 'Kind', { label: 'Supply' });
  await manager.pick('Customer', 'Kilimani Mini Mart');
  await dialogButton(manager, 'Create').click();
  await manager.page.waitForURL(/\/contracts\/[0-9a-f-]{36}$/);
  await manager.page.getByText('Add the signed paper to its files').waitFor();
  await manager.page.getByLabel('Add a file').setInputFiles({
    name: 'signed.pdf',
    mimeType: 'application/pdf',
    buffer: Buffer.from('%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n'),
  });
  await manager.page.getByText('Add the signed paper to its files').waitFor({ state: 'hidden' });
  await manager.button('It was signed').click();
  await manager.page.getByLabel('Who signed for them').fill('J. Mwangi');
  await dialogButton(manager, 'It holds').click();
  await state(manager, 'Active');
  await manager.button('Give notice').click();
  await dialogButton(manager, 'Give notice').click();
  await manager.page.getByText('Notice was given').first().waitFor();
  for (const person of [sales, manager]) expect(person.errors).toEqual([]);
});
