import { expect, test } from 'vitest';
import { signIn } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { dialogButton, select, state } from './_support/steps.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

test('an asset is entered, handed over, looked after as its plan says, repaired and retired', async () => {
  await Company.open();
  const manager = await signIn(visit(), 'manager@acme.test');
  const { page } = manager;
  await manager.open('/assets');
  await page.getByRole('link', { name: 'New asset' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Cooler at the gate');
  await select(manager, 'Kind', { label: 'Cooler' });
  await page.getByLabel('Serial number').fill('CL-77');
  await page.getByLabel('What it cost').fill('48000');
  await manager.button('Enter the asset').click();
  await page.waitForURL(/\/assets\/[0-9a-f-]{36}$/);
  await page.getByRole('heading', { level: 1, name: 'Cooler at the gate' }).waitFor();
  await state(manager, 'In service');

  // A plan makes its first job; when that is done, the next is there.
  await manager.button('Add to Maintenance plans').click();
  await page.getByLabel('What is to be done').fill('Clean the condenser');
  await page.getByLabel('Every how many days').fill('90');
  await dialogButton(manager, 'Save').click();
  await page.getByText(/Every 90 days, first on/).waitFor();
  await manager.open('/maintenance');
  await page.getByRole('link', { name: /MNT-\d+/ }).click();
  await page.getByRole('heading', { level: 1, name: 'Clean the condenser' }).waitFor();
  await manager.button('It is done').click();
  await page.getByRole('dialog').getByLabel('What it cost').fill('900');
  await dialogButton(manager, 'It is done').click();
  await state(manager, 'Done');
  await page.getByRole('link', { name: /AST-\d+/ }).click();
  await page
    .getByRole('link', { name: /MNT-\d+/ })
    .nth(1)
    .waitFor();

  // It goes to a person, and to repair.
  await manager.button('Hand over').click();
  await manager.pick('Who has it', 'Sam Kiprotich');
  await dialogButton(manager, 'Hand over').click();
  await page.getByText('The asset was handed over.').first().waitFor();
  const sales = await signIn(visit(), 'sales@acme.test', { isPhone: true });
  await sales.open('/assets');
  await sales.page.getByText('Cooler at the gate').filter({ visible: true }).first().waitFor();
  await manager.button('Send to repair').click();
  await page.getByLabel('What is wrong').fill('It does not cool');
  await dialogButton(manager, 'Send to repair').click();
  await state(manager, 'In repair');
  await manager.button('It is back from repair').click();
  await state(manager, 'In service');
  await manager.button('Retire').click();
  await page.getByRole('dialog').getByLabel('Reason').fill('Sold');
  await dialogButton(manager, 'Retire').click();
  await state(manager, 'Retired');
  for (const person of [manager, sales]) expect(person.errors).toEqual([]);
});

test('leave waits for an appointment to be moved, and then nothing is planned on its days', async () => {
  const company = await Company.open();
  const by = (name: string) => company.by(name);
  const seller = await by('owner').row(
    'memberships?role=eq.sales&select=id:user_id,users!inner(email)&users.email=eq.sales@acme.test',
  );
  await by('owner').ask('/rest/v1/appointment_types', { body: { name: 'Tasting' } });
  const type = await by('owner').row('appointment_types?select=id');
  const customer = await by('owner').row('customers?name=eq.Java%20Corner%20Cafe&select=id');
  const appointment = await by('owner').command('create_appointment', {
    type_id: type.id,
    agent_id: seller.id,
    starts_at: '2030-03-04T08:00:00Z',
    customer_id: customer.id,
  });

  const sales = await signIn(visit(), 'sales@acme.test');
  await sales.open('/leave');
  await sales.button('Ask for leave').click();
  for (const field of ['First day', 'Last day']) {
    const group = sales.page.getByRole('dialog').getByRole('group', { name: field });
    for (const [part, text] of [
      ['day', '04'],
      ['month', '03'],
      ['year', '2030'],
    ] as const) {
      await group.getByRole('spinbutton', { name: new RegExp(`^${part}`) }).click();
      await sales.page.keyboard.type(text);
    }
  }
  await dialogButton(sales, 'Ask for approval').click();
  await sales.page.getByText('The leave waits for approval.').first().waitFor();
  await sales.page.getByRole('link', { name: /LVE-\d+/ }).click();
  const number = await sales.page
    .getByText(/LVE-\d+/)
    .first()
    .innerText();

  // Somebody else decides, and is told what is in the way.
  const manager = await signIn(visit(), 'manager@acme.test');
  await manager.open('/approvals');
  await manager.page.getByRole('link', { name: /LVE-\d+/ }).click();
  await manager.page.waitForURL('**/leave/*');
  await manager.button('Approve').click();
  await manager.page.getByText('This person has something else at that time.').first().waitFor();
  await by('manager').command('release_appointment', {
    appointment_id: appointment.id,
    reason: 'He is away',
  });
  await manager.button('Approve').click();
  await state(manager, 'Approved');

  // In the week he is away, and a shift on that day is refused by name.
  await manager.open('/shifts?day=2030-03-04');
  await manager.page.getByRole('link', { name: 'Away: Annual leave' }).waitFor();
  await manager.button(/^Plan a shift for Sam Kiprotich on .*5/).click();
  await dialogButton(manager, 'Save').click();
  await manager.page.getByText('The shift was saved.').first().waitFor();
  await manager.button(/^Shift of Sam Kiprotich/).waitFor();
  await manager.page.locator('main').getByRole('button', { name: 'New shift' }).click();
  await manager.pick('Person', 'Sam Kiprotich');
  await dialogButton(manager, 'Save').click();
  await manager.page.getByText('This person has something else at that time.').first().waitFor();
  expect(number).toMatch(/LVE-\d+/);
  for (const person of [sales, manager]) expect(person.errors).toEqual([]);
});
