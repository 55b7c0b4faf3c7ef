import { expect, test } from 'vitest';
import { signIn } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

test('doors are handed out, visited without network, and who is interested becomes the lead of a closer', async () => {
  const company = await Company.open();
  const by = (role: string) => company.by(role);
  const area = await by('manager').row('territories?code=eq.NBO&select=id,name');
  for (const [index, address] of ['Moi Avenue 1', 'Moi Avenue 2', 'Moi Avenue 3'].entries()) {
    const body = {
      address,
      territory_id: area.id,
      latitude: -1.28 - index * 0.0002,
      longitude: 36.82,
    };
    await by('manager').ask('/rest/v1/doors', { body });
  }
  await by('owner').ask('/rest/v1/teams', { body: { name: 'Closers' } });
  const team = await by('owner').row('teams?select=id');
  const closer = await by('owner').row(
    'memberships?select=id,user_id,users!inner(full_name)&users.email=eq.dispatcher@acme.test',
  );
  await by('owner').ask('/rest/v1/team_members', {
    body: { team_id: team.id, membership_id: closer.id },
  });

  const walker = await signIn(visit(), 'sales@acme.test', { isPhone: true, worksOffline: true });
  const { page, context } = walker;
  await context.grantPermissions(['geolocation']);
  await context.setGeolocation({ latitude: -1.2804, longitude: 36.82, accuracy: 8 });
  await walker.open('/doors/walk');
  // The portal itself is on the phone: he has opened it before he goes.
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await page
    .getByLabel('Area', { exact: true })
    .selectOption({ label: `${String(area['name'])} (3 to visit)` });
  await walker.button('Take the next doors').click();
  // The nearest first.
  const door = (address: string) => page.getByRole('heading', { name: address });
  await door('Moi Avenue 3').waitFor();
  await page.getByText('0 m from the door').waitFor();
  await page.getByText('0 of 3 doors visited today').waitFor();

  await context.setOffline(true);
  await walker.button('Nobody home').click();
  await page.getByText('Visit of Moi Avenue 3 waits to be sent.').waitFor();
  await door('Moi Avenue 2').waitFor();
  // What he did and what is left to do is on the phone.
  await page.reload();
  await page.getByText('Visit of Moi Avenue 3 waits to be sent.').waitFor();
  await door('Moi Avenue 2').waitFor();
  await walker.button('Interested').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('First name').fill('Wanjiru');
  await dialog.getByLabel('Phone').fill('0733 111 222');
  await dialog
    .getByLabel('Who calls on them')
    .selectOption({ label: (closer['users'] as { full_name: string }).full_name });
  await dialog.getByRole('button', { name: 'Record the visit' }).click();
  await door('Moi Avenue 1').waitFor();
  await page.getByText('2 entries wait to be sent.').waitFor();
  expect(await by('manager').rows('door_visits?select=id')).toEqual([]);

  await context.setOffline(false);
  await page.getByText(/waits? to be sent/).waitFor({ state: 'detached' });
  await door('Moi Avenue 1').waitFor();
  await page.getByText('2 of 3 doors visited today').waitFor();
  const visits = await by('manager').rows(
    'door_visits?select=id,metres_from_door,doors(address),door_outcomes(name)&order=visited_at',
  );
  expect(visits).toMatchObject([
    {
      doors: { address: 'Moi Avenue 3' },
      door_outcomes: { name: 'Nobody home' },
      metres_from_door: 0,
    },
    {
      doors: { address: 'Moi Avenue 2' },
      door_outcomes: { name: 'Interested' },
      metres_from_door: 22,
    },
  ]);
  const lead = await by('manager').row('leads?select=id,owner_id&first_name=eq.Wanjiru');
  expect(lead['owner_id']).toBe(closer['user_id']);

  // He finds it in his tasks; whoever manages sees on the door and in the results what came of it.
  const called = await signIn(visit(), 'dispatcher@acme.test');
  await called.open('/tasks');
  await called.page.getByRole('link', { name: 'Wanjiru, Moi Avenue 2' }).waitFor();
  const manager = await signIn(visit(), 'manager@acme.test');
  await manager.open('/doors');
  await manager.page.getByRole('link', { name: 'Moi Avenue 2' }).click();
  await manager.page.getByRole('link', { name: 'Wanjiru', exact: true }).waitFor();
  await manager.open('/doors/results');
  await manager.page.getByRole('region', { name: 'Doors on the map' }).waitFor();
  for (const person of [walker, called, manager]) expect(person.errors).toEqual([]);
});
