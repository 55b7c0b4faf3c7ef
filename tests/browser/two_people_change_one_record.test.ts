import { expect, test } from 'vitest';
import { type Person, signIn } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

const form = (person: Person) => person.page.getByRole('dialog', { name: /^Edit/ });
const conflict = (person: Person) =>
  person.page.getByRole('dialog', { name: 'Somebody else saved first' });
const part = (person: Person, name: string) => conflict(person).getByRole('group', { name });

test('of two people who change a customer the second one chooses part by part, and nobody loses a word', async () => {
  const company = await Company.open();
  const customer = await company.customer('Gikomba Traders');
  const browser = visit();
  const [sales, manager] = await Promise.all([
    signIn(browser, 'sales@acme.test'),
    signIn(browser, 'manager@acme.test'),
  ]);
  for (const person of [sales, manager]) {
    await person.open(`/customers/${customer.id}`);
    await person.button('Edit').click();
  }
  // Both change the notes; each of them something else besides.
  await form(sales).getByLabel('Notes').fill('Ring twice');
  await form(sales).getByLabel('Contact person').fill('Zuri');
  await form(manager).getByLabel('Notes').fill('Ring once');
  await form(manager).getByLabel('Category').fill('Kiosk');
  await form(manager).getByRole('button', { name: 'Save' }).click();
  await form(manager).waitFor({ state: 'detached' });

  await form(sales).getByRole('button', { name: 'Save' }).click();
  await conflict(sales).waitFor();
  const differing = await conflict(sales).getByRole('group').count();
  expect(differing).toBe(3);
  await part(sales, 'Notes').getByText('Ring once').waitFor();
  expect(
    await part(sales, 'Notes')
      .getByRole('radio', { name: /Ring twice/ })
      .isChecked(),
  ).toBe(true);
  expect(await part(sales, 'Category').getByRole('radio', { name: /Kiosk/ }).isChecked()).toBe(
    true,
  );
  await part(sales, 'Notes')
    .getByRole('radio', { name: /Ring once/ })
    .check();
  await conflict(sales).getByRole('button', { name: 'Take what is chosen' }).click();
  expect(await form(sales).getByLabel('Notes').inputValue()).toBe('Ring once');
  expect(await form(sales).getByLabel('Contact person').inputValue()).toBe('Zuri');
  await form(sales).getByRole('button', { name: 'Save' }).click();
  await form(sales).waitFor({ state: 'detached' });

  expect(
    await company
      .by('sales')
      .row(`customers?id=eq.${customer.id}&select=id,notes,category,contact_name`),
  ).toMatchObject({ notes: 'Ring once', category: 'Kiosk', contact_name: 'Zuri' });
  for (const person of [sales, manager]) expect(person.errors).toEqual([]);
});
