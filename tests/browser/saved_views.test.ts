import { expect, test } from 'vitest';
import { signIn, type Person } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { dialogButton } from './_support/steps.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

const item = (person: Person, name: string | RegExp) => person.page.getByRole('menuitem', { name });
const heads = async (person: Person) =>
  (await person.page.getByRole('columnheader').allInnerTexts())
    .map((text) => text.trim())
    .filter((text) => text && text !== 'Actions');

async function choose(person: Person, name: string | RegExp): Promise<void> {
  await person.button('Views').click();
  await item(person, name).click();
}

test('a view keeps filters, order and columns, opens by itself, and is shared with a role', async () => {
  const company = await Company.open();
  await company.order('Gikomba Traders', 3, false);
  await company.order('Gikomba Traders', 4);
  const owner = await signIn(visit(), 'owner@acme.test');
  const viewer = await signIn(visit(), 'viewer@acme.test');

  await owner.open('/orders?status=draft&sort=-total');
  await owner.button('Choose columns').click();
  const dialog = owner.page.getByRole('dialog');
  await dialog.getByRole('checkbox', { name: 'Channel' }).check();
  await dialog.getByRole('checkbox', { name: 'Depot' }).uncheck();
  for (let step = 0; step < 5; step += 1) await dialogButton(owner, 'Move Channel up').click();
  await owner.page.keyboard.press('Escape');
  const wanted = ['Number', 'Channel', 'Customer', 'Status', 'Total', 'Wanted on', 'Taken'];
  expect(await heads(owner)).toEqual(wanted);

  await choose(owner, 'Save as a new view…');
  await dialog.getByLabel('Name').fill('Drafts by size');
  await dialog.getByLabel('Shared with').selectOption('viewer');
  await dialog.getByRole('checkbox', { name: 'The list opens like this for me' }).check();
  await dialogButton(owner, 'Save').click();
  await owner.page.waitForURL(/view=[0-9a-f-]{36}/);

  // A second one of this name is refused in words, and nothing that was typed is lost.
  await choose(owner, 'Save as a new view…');
  await dialog.getByLabel('Name').fill('Drafts by size');
  await dialogButton(owner, 'Save').click();
  await dialog.getByText('You have a view of this name for this list already.').waitFor();
  await owner.page.keyboard.press('Escape');

  // It is what the list opens with, and Clear leads to the list as it is.
  await owner.open('/orders');
  await owner.page.waitForURL(/sort=-total&status=draft&view=/);
  await owner.page.getByRole('columnheader', { name: 'Channel' }).waitFor();
  expect(await heads(owner)).toEqual(wanted);
  await owner.button('Views').click();
  await item(owner, 'Everything').click();
  await owner.page.waitForURL(/\/orders\?view=all$/);

  // Its readers see it as it was saved, and cannot change it.
  await viewer.open('/orders');
  await choose(viewer, /^Drafts by size/);
  await viewer.page.waitForURL(/sort=-total&status=draft&view=/);
  await viewer.page.getByRole('columnheader', { name: 'Channel' }).waitFor();
  expect(await heads(viewer)).toEqual(wanted);
  await viewer.button('Views').click();
  await item(viewer, 'Save as a new view…').waitFor();
  expect(await item(viewer, 'Delete this view').count()).toBe(0);

  // Changed, renamed and deleted by its owner.
  await choose(owner, /^Drafts by size/);
  await owner.page.waitForURL(/status=draft/);
  await owner.page.getByRole('button', { name: 'Total', exact: true }).click();
  await owner.page.waitForURL(/sort=total/);
  await choose(owner, 'Save changes');
  await owner.page.getByText('Drafts by size was saved.').waitFor();
  await choose(owner, 'Name, sharing, default…');
  await dialog.getByLabel('Name').fill('Small drafts first');
  await dialogButton(owner, 'Save').click();
  await dialog.waitFor({ state: 'detached' });
  await owner.open('/orders');
  await owner.page.waitForURL(/sort=total&status=draft&view=/);
  await choose(owner, 'Delete this view');
  await owner.page.waitForURL(/\/orders\?view=all$/);
  await owner.open('/orders');
  await owner.button('Views').click();
  await item(owner, 'Everything').waitFor();
  expect(await item(owner, /Small drafts first/).count()).toBe(0);
  expect([...owner.errors, ...viewer.errors]).toEqual([]);
});
