import { expect, test } from 'vitest';
import { Client } from '../api/client.ts';
import { signIn } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { CRATE } from './_support/steps.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

test('a vendor sends a lead, who is taken, qualified and made a customer; the deal is moved, won and ordered', async () => {
  const company = await Company.open();
  const manager = await signIn(visit(), 'manager@acme.test');

  // A manager gives a vendor his key.
  await manager.open('/leads/setup');
  await manager.page.getByRole('button', { name: 'Add to Vendors of leads' }).click();
  await manager.page.getByLabel('Name', { exact: true }).fill('Leads Ltd');
  await manager.button('Save').click();
  await manager.page.getByText('It was saved.').first().waitFor();
  await manager.page.getByText('Has sent nothing yet').waitFor();
  await manager.button('Make a key').click();
  const key = await manager.page.getByText(/^lead_[0-9a-f]{48}$/).textContent();

  const answer = await new Client().rpc('capture_lead', {
    vendor_key: key,
    lead: {
      name: 'Njeri Kamau',
      phone: '0733 111 222',
      email: 'njeri@stores.test',
      shop: 'Njeri Stores',
    },
  });
  expect(answer.body).toMatchObject({ status: 'taken' });

  // Whoever works on leads takes it, speaks with her, and makes her a customer.
  const sales = await signIn(visit(), 'sales@acme.test');
  await sales.open('/leads');
  await sales.page.getByRole('link', { name: /Njeri Kamau/ }).click();
  await sales.button('Take it').click();
  await sales.page.getByText('The lead is yours.').waitFor();
  await sales.button('Spoken with').click();
  await sales.button('Qualify').click();
  await sales.button('Make a customer').click();
  await sales.page.getByLabel('Name of the deal').fill('Twenty crates a week');
  await sales.page.getByRole('dialog').getByRole('button', { name: 'Make a customer' }).click();
  await sales.page.waitForURL(/\/customers\/[0-9a-f-]{36}$/);
  await sales.page.getByRole('heading', { name: 'Njeri Stores' }).waitFor();

  // On the board the deal is moved by the keyboard, and by its list.
  await sales.open('/deals/board');
  await sales.page.getByRole('link', { name: 'Twenty crates a week' }).focus();
  await sales.page.keyboard.press('Alt+ArrowRight');
  await sales.page
    .getByRole('region', { name: 'Visit' })
    .getByRole('link', { name: 'Twenty crates a week' })
    .waitFor();
  await sales.page.getByLabel('Stage of Twenty crates a week').selectOption({ label: 'Lost' });
  await sales.page.getByRole('heading', { name: 'Why is it lost?' }).waitFor();
  await sales.page.keyboard.press('Escape');
  await sales.page.getByLabel('Stage of Twenty crates a week').selectOption({ label: 'Agreed' });
  await sales.page
    .getByRole('region', { name: 'Agreed' })
    .getByRole('link', { name: 'Twenty crates a week' })
    .click();

  // Its products, at her prices, are what it is worth.
  await sales.button('Choose products').click();
  await sales.pick('Add a product', CRATE);
  await sales.page.getByLabel(CRATE, { exact: true }).fill('20');
  await sales.button('Save').click();
  await sales.page.getByText('The products were saved.').waitFor();
  await sales.button('Won').click();
  await sales.page.getByText('The deal is won.').waitFor();

  // The customer is approved by somebody else, then the first order is made of it.
  const [customer] = await company.by('manager').rows(`customers?name=eq.Njeri%20Stores&select=id`);
  await company.by('sales').ask('/rest/v1/customer_addresses', {
    body: {
      customer_id: customer?.id,
      label: 'Shop',
      street: 'Lane 1',
      city: 'Nairobi',
      is_default: true,
    },
  });
  await company.by('sales').command('submit_customer', { customer_id: customer?.id });
  await company.by('manager').command('approve_customer', { customer_id: customer?.id });
  await sales.page.reload();
  await sales.button('Make the order').click();
  await sales.page.getByRole('dialog').getByRole('button', { name: 'Make the order' }).click();
  await sales.page.waitForURL(/\/orders\/[0-9a-f-]{36}$/);
  await sales.page.getByText(CRATE).first().waitFor();
  for (const person of [manager, sales]) expect(person.errors).toEqual([]);
});
