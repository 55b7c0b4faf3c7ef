import { expect, test } from 'vitest';
import { signIn, type Person } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { select } from './_support/steps.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

/** Types a date, or date and time, into the parts of a field, as the numbers come. */
async function type(person: Person, field: string, parts: Record<string, string>): Promise<void> {
  const group = person.page.getByRole('group', { name: field });
  for (const [part, text] of Object.entries(parts)) {
    await group.getByRole('spinbutton', { name: new RegExp(`^${part}`) }).click();
    await person.page.keyboard.type(text);
  }
}

/** What a field shows, without the spaces between its parts. */
async function shown(person: Person, field: string): Promise<string> {
  const text = await person.page.getByRole('group', { name: field }).textContent();
  return (text ?? '').replaceAll(/\s/g, '');
}

test('dates are typed and shown on the clock of the company, wherever the browser is', async () => {
  const company = await Company.open();
  const order = await company.allocated('Karen Country Kiosk', 2);
  const dispatcher = await signIn(visit(), 'dispatcher@acme.test', {
    timezoneId: 'America/New_York',
  });
  await dispatcher.open('/trips/new');
  await select(dispatcher, 'Depot', { label: 'Nairobi depot' });
  await type(dispatcher, 'Leaves', {
    day: '24',
    month: '12',
    year: '2026',
    hour: '06',
    minute: '30',
  });
  await type(dispatcher, 'Back by', {
    day: '24',
    month: '12',
    year: '2026',
    hour: '15',
    minute: '00',
  });
  expect(await shown(dispatcher, 'Leaves')).toBe('24/12/2026,06:30');
  await dispatcher.button(`Add ${String(order['number'])}`).click();
  await dispatcher.button('Create the trip').click();
  await dispatcher.page.waitForURL(/\/trips\/[0-9a-f-]{36}$/);
  await dispatcher.page.getByText('24 Dec 2026, 06:30').waitFor();
  const trip = await company.by('dispatcher').row('trips?select=*&order=created_at.desc&limit=1');
  expect(new Date(String(trip['planned_start_at'])).toISOString()).toBe('2026-12-24T03:30:00.000Z');

  // Changing it again begins with the same hour.
  await dispatcher.page.getByRole('link', { name: 'Change' }).click();
  await dispatcher.page.getByRole('group', { name: 'Leaves' }).waitFor();
  expect(await shown(dispatcher, 'Leaves')).toBe('24/12/2026,06:30');
  expect(dispatcher.errors).toEqual([]);
});

test('a list that ends today has what was taken a minute ago, where the company is', async () => {
  const company = await Company.open();
  const order = await company.order('Ngong View Bar', 1);
  const here = new Intl.DateTimeFormat('en-CA', { timeZone: 'Africa/Nairobi' });
  const today = here.format(new Date());
  const tomorrow = here.format(new Date(Date.now() + 86_400_000));
  // Half a world away from Nairobi, so that the two never write the same date for long.
  const sales = await signIn(visit(), 'sales@acme.test', { timezoneId: 'Pacific/Pago_Pago' });
  const rows = sales.page.getByRole('link', { name: String(order['number']) });
  await sales.open(`/orders?entered=${today}..${today}`);
  await rows.first().waitFor();
  await sales.open(`/orders?entered=${tomorrow}..`);
  await sales.page.getByText('Nothing matches these filters').waitFor();
  expect(sales.errors).toEqual([]);
});
