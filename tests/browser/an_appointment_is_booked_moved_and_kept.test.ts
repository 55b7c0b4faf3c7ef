import { expect, test } from 'vitest';
import { signIn } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

test('a customer books by a link what a manager offers, moves it, and it is moved in the calendar and kept', async () => {
  const company = await Company.open();
  const manager = await signIn(visit(), 'manager@acme.test');

  // What can be booked, when, and the link.
  await manager.open('/appointments/setup');
  await manager.page.getByRole('button', { name: 'Add to Kinds of appointments' }).click();
  await manager.page.getByLabel('Name', { exact: true }).fill('Tasting');
  await manager.button('Save').click();
  await manager.page.getByText('It was saved.').first().waitFor();
  await manager.page.getByRole('button', { name: 'New booking link' }).click();
  const link = await manager.page.getByRole('textbox', { name: 'Link' }).inputValue();
  expect(link).toMatch(/\/book#token=[0-9a-f]{64}$/);

  // Whoever is booked says when he can be.
  const sales = await signIn(visit(), 'sales@acme.test');
  await sales.open('/appointments/setup');
  await sales.page.getByRole('button', { name: 'Add to Hours of the week' }).click();
  await sales.button('Save').click();
  await sales.page.getByText('It was saved.').first().waitFor();
  await sales.page.getByText(/^Mon 08:00–17:00$/).waitFor();

  // Somebody without an account books the first free time, and moves it to the second.
  const visitor = await visit().newPage();
  await visitor.goto(link);
  await visitor.getByRole('radio').first().press('Space');
  await visitor.getByLabel('First name').fill('Njeri');
  await visitor.getByLabel('E-mail').fill('njeri@stores.test');
  await visitor.getByRole('button', { name: 'Book', exact: true }).click();
  await visitor.getByRole('heading', { name: 'Your appointment' }).waitFor();
  await visitor.getByText('Scheduled').waitFor();
  await visitor.getByRole('button', { name: 'Move to another time' }).click();
  await visitor.getByRole('radio').nth(2).press('Space');
  await visitor.getByRole('button', { name: 'Move it' }).click();
  await visitor.getByRole('button', { name: 'I will be there' }).click();
  await visitor.getByText('Confirmed').waitFor();

  const [booked] = await company
    .by('sales')
    .rows('appointments?select=id,starts_at,status&order=created_at.desc&limit=1');
  const startsAt = new Date(String(booked?.starts_at));
  expect(booked?.status).toBe('confirmed');

  // It stands in the calendar, where the keyboard moves it a quarter of an hour on, and the mouse an hour.
  const day = startsAt.toISOString().slice(0, 10);
  await sales.open(`/calendar?view=week&day=${day}`);
  const entry = sales.page.getByRole('link', { name: /^Njeri/ });
  await entry.focus();
  await sales.page.keyboard.press('Alt+ArrowDown');
  await sales.page.getByText(/^Moved to/).waitFor();
  const box = await entry.boundingBox();
  if (!box) throw new Error('The appointment stands nowhere');
  await sales.page.mouse.move(box.x + 20, box.y + 8);
  await sales.page.mouse.down();
  await sales.page.mouse.move(box.x + 22, box.y + 56, { steps: 4 });
  await sales.page.mouse.up();
  await sales.page
    .getByText(/^Moved to/)
    .nth(1)
    .waitFor();
  const [moved] = await company
    .by('sales')
    .rows(`appointments?select=starts_at&id=eq.${booked?.id}`);
  expect(new Date(String(moved?.starts_at)).getTime() - startsAt.getTime()).toBe(75 * 60_000);

  // It takes place, and its lead is qualified.
  await entry.click();
  await sales.button('It took place').click();
  await sales.page.getByLabel('Outcome').selectOption({ label: 'Qualified' });
  await sales.page.getByRole('dialog').getByRole('button', { name: 'It took place' }).click();
  await sales.page.getByText('The appointment took place.').waitFor();
  const [lead] = await company.by('sales').rows(`leads?select=status&email=eq.njeri@stores.test`);
  expect(lead?.status).toBe('qualified');
});
