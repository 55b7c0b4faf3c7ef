import { expect, test } from 'vitest';
import { type Person, signIn } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { dialogButton, select } from './_support/steps.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

const dialogOf = (person: Person) => person.page.getByRole('dialog');

test('tags, fields of the company and tasks stand on a document, and its list is filtered by them', async () => {
  const company = await Company.open();
  const order = await company.order('Gikomba Traders', 2);
  const other = await company.order('Ngong View Bar', 3);
  const browser = visit();

  // The owner says which tags and fields there are.
  const owner = await signIn(browser, 'owner@acme.test');
  await owner.open('/settings/tags');
  await owner.button('New tag').click();
  await dialogOf(owner).getByLabel('Name').fill('Festival');
  await select(owner, 'Colour', { label: 'Teal' });
  await dialogButton(owner, 'Create').click();
  await owner.page.getByRole('cell', { name: 'Festival', exact: true }).waitFor();
  await owner.open('/settings/fields');
  await select(owner, 'Of which document', { label: 'Order' });
  await owner.button('Add a field').click();
  await owner.page.getByLabel('Name', { exact: true }).fill('Gate');
  await select(owner, 'Kind', { label: 'Choice' });
  await owner.button('Save the fields').click();
  await owner.page.getByText('Enter at least one option.').waitFor();
  await owner.page.getByLabel('Options').fill('North\nSouth');
  await owner.page.getByLabel('Has to be filled in').check();
  await owner.button('Save the fields').click();
  await owner.page.getByText('The fields are saved.').waitFor();

  // Sales uses them.
  const sales = await signIn(browser, 'sales@acme.test');
  await sales.open(`/orders/${order.id}`);
  await sales.page.getByText('Still needed').waitFor();
  await sales.button('Tag').click();
  await sales.pick('Which tag?', 'Festival');
  await sales.button('Take off the tag Festival').waitFor();
  await sales.button('Fill in').click();
  await select(sales, 'Gate', { label: 'South' });
  await dialogButton(sales, 'Save').click();
  await sales.page.getByRole('definition').filter({ hasText: 'South' }).waitFor();
  await sales.button('New task').click();
  await dialogOf(sales).getByLabel('What is to be done').fill('Ring the buyer');
  await sales.pick('Assignee', 'Sam');
  await dialogButton(sales, 'Create').click();
  await sales.page.getByRole('link', { name: 'Ring the buyer' }).waitFor();

  // The list knows them, several rows are tagged at once, and a shared address opens the same.
  const tag = await company.by('sales').row('tags?name=eq.Festival&select=id');
  const number = (row: typeof order) =>
    sales.page.getByRole('link', { name: String(row['number']) });
  await sales.open(`/orders?tag=${tag.id}&own_gate=South`);
  await number(order).first().waitFor();
  expect(await number(other).count()).toBe(0);
  await sales.open(`/orders?tag=${tag.id}&own_gate=North`);
  await sales.page.getByText('Nothing matches these filters').waitFor();
  await sales.open('/orders');
  await sales.page
    .getByRole('checkbox', { name: `Select ${String(other['number'])}` })
    .first()
    .check();
  await sales.button('Tag them').click();
  await sales.pick('Which tag?', 'Festival');
  await sales.page.getByText('Tagged: Festival.').waitFor();
  await sales.open(`/orders?tag=${tag.id}`);
  await number(other).first().waitFor();
  await number(order).first().waitFor();

  // What somebody has to do waits for him on the first page.
  await sales.open('/');
  await sales.page.getByRole('heading', { name: 'My tasks' }).waitFor();
  await sales.page.getByRole('checkbox', { name: 'Done: Ring the buyer' }).check();
  await sales.page.getByText('The task is done.').waitFor();
  await sales.page.getByRole('heading', { name: 'My tasks' }).waitFor({ state: 'detached' });
  for (const person of [owner, sales]) expect(person.errors).toEqual([]);
});
