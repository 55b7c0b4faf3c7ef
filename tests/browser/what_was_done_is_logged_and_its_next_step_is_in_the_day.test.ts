import { expect, test } from 'vitest';
import { signIn } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

test('a call is logged on the page of a customer, its next step stands in the day and is ticked off there', async () => {
  const company = await Company.open();
  const customer = await company.customer('Kilimani Mini Mart');
  const sales = await signIn(visit(), 'sales@acme.test');
  await sales.open(`/customers/${customer.id}`);
  await sales.button('Log an activity').click();
  const dialog = sales.page.getByRole('dialog');
  await dialog.getByLabel('What came of it').selectOption({ label: 'Agreed' });
  await dialog.getByLabel('Minutes it took').fill('12');
  await dialog.getByLabel('What was said').fill('Wants ten crates on Friday.');
  await dialog.getByLabel('Next step').fill('Bring the offer');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await sales.page.getByText('It was logged.').waitFor();
  await sales.page.getByText('Call · Agreed · 12 min').waitFor();
  await sales.page.getByText('Wants ten crates on Friday.').waitFor();

  // A step that is due today stands in the day; when it is done, nothing does.
  const task = await company.by('sales').row('tasks?title=eq.Bring%20the%20offer&select=*');
  const days = await company.by('sales').rpc<{ day: string }>('my_day');
  await company.by('sales').command('change_task', {
    task_id: task.id,
    title: task.title,
    assignee_id: task.assignee_id,
    due_on: days.body.day,
  });
  await sales.open('/day');
  await sales.page.getByRole('link', { name: 'Bring the offer' }).waitFor();
  await sales.page.getByLabel('Done: Bring the offer').check();
  await sales.page.getByText('The task is done.').waitFor();
  await sales.page.getByRole('link', { name: 'Bring the offer' }).waitFor({ state: 'detached' });

  // What was logged by mistake is taken back.
  await sales.open(`/customers/${customer.id}`);
  await sales.button('Remove').first().click();
  await sales.page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await sales.page.getByText('It was taken back.').waitFor();
  await sales.page.getByText('Call: taken back').waitFor();
  expect(sales.errors).toEqual([]);
});
