import { expect, test } from 'vitest';
import { signIn, visitor, type Person } from '../harness/browser.ts';
import { dialogButton } from './_support/steps.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

/** The link in the newest message to an address, as the outbox shows it. */
async function linkTo(reader: Person, address: string): Promise<string> {
  await reader.open(`/outbox?q=${encodeURIComponent(address)}`);
  await reader.page
    .getByRole('button', { name: new RegExp(address) })
    .first()
    .click();
  const link = await reader.page.getByRole('article').getByRole('link').getAttribute('href');
  if (link === null) throw new Error('The message has no link.');
  return link;
}

async function choosePassword(person: Person, password: string): Promise<void> {
  await person.page.getByLabel('New password').fill(password);
  await person.page.getByLabel('The same once more').fill(password);
}

test('an invited person follows the link in the outbox and works with the role given', async () => {
  const browser = visit();
  const admin = await signIn(browser, 'admin@acme.test');
  await admin.open('/users');
  await admin.button('Invite a person').click();
  await admin.page.getByLabel('Full name').fill('Wanja Karanja');
  await admin.page.getByLabel('E-mail address').fill('wanja@acme.test');
  await admin.page.getByRole('dialog').getByLabel('Role').selectOption({ label: 'Warehouse' });
  await dialogButton(admin, 'Send the invitation').click();
  await admin.page.getByText('wanja@acme.test was invited.').waitFor();

  const newcomer = await visitor(browser);
  await newcomer.page.goto(await linkTo(admin, 'wanja@acme.test'));
  await choosePassword(newcomer, 'a-crate-of-27-bottles');
  await newcomer.button('Accept and sign in').click();
  await newcomer.page.getByRole('heading', { level: 1, name: /Wanja/ }).waitFor();
  const main = newcomer.page.getByRole('navigation', { name: 'Main' });
  await main.getByRole('link', { name: 'Stock' }).waitFor();
  expect(await main.getByRole('link', { name: 'Payments' }).count()).toBe(0);

  for (const person of [admin, newcomer]) expect(person.errors).toEqual([]);
});

test('a forgotten password is set anew through the link in the outbox, and the old one is over', async () => {
  const browser = visit();
  const forgetful = await visitor(browser);
  await forgetful.open('/sign-in');
  await forgetful.page.getByRole('link', { name: /forgot/i }).click();
  await forgetful.page.getByRole('heading', { name: 'Reset the password' }).waitFor();
  await forgetful.page.getByLabel('E-mail address').fill('analyst@acme.test');
  await forgetful.button('Send the link').click();
  await forgetful.page.getByText(/If .* account/i).waitFor();

  // Whoever reads this message can take the account, so a colleague does not see it.
  const platform = await signIn(browser, 'super@mzigo.test');
  await forgetful.page.goto(await linkTo(platform, 'analyst@acme.test'));
  await choosePassword(forgetful, 'a-van-with-28-crates');
  await forgetful.button('Save and sign in').click();
  await forgetful.page.waitForURL((url) => url.pathname === '/');
  await forgetful.page.getByRole('heading', { level: 1, name: /Brian/ }).waitFor();

  const late = await visitor(browser);
  await late.open('/sign-in');
  await late.page.getByLabel('E-mail').fill('analyst@acme.test');
  await late.page.getByLabel('Password', { exact: true }).fill('mzigo-demo-2026');
  await late.button('Sign in').click();
  await late.page.getByText('The e-mail address or the password is wrong.').waitFor();

  for (const person of [forgetful, platform, late]) expect(person.errors).toEqual([]);
});
