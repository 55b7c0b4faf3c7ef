import { expect, test } from 'vitest';
import { signIn } from '../harness/browser.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

test('a webhook is made with its secret and tried, and its page says why nothing arrived', async () => {
  const admin = await signIn(visit(), 'admin@globex.test');
  await admin.open('/settings/webhooks');
  await admin.button('Add one').click();
  await admin.page.getByLabel('Name', { exact: true }).fill('Bookkeeping');
  await admin.page.getByLabel('Address to call').fill('https://127.0.0.1/in');
  await admin.page.getByLabel('Events', { exact: true }).fill('order.*, Invoice');
  await admin.button('Save').click();
  await admin.page.getByText(/An event has a name that no event can have/).waitFor();
  await admin.page.getByLabel('Events', { exact: true }).fill('order.*, invoice.issued');
  await admin.button('Save').click();
  await admin.button('Make the secret').click();
  await admin.page.getByText(/^whsec_[\w+/]{43}=$/).waitFor();
  await admin.button('I have kept it').click();
  await admin.button('Try it').click();
  const row = admin.page.getByRole('row', { name: /webhook\.test/ });
  await row.getByText(/The address is not public/).waitFor();
  await row.getByRole('button', { name: 'Tell it again' }).click();
  await admin.page.getByText('It is told again.').waitFor();
  expect(admin.errors).toEqual([]);
});
