import { expect, test } from 'vitest';
import { signIn } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { select } from './_support/steps.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

test('a won deal is on the board and in the statement of who sold it, and nobody else sees it', async () => {
  const company = await Company.open();
  const manager = await signIn(visit(), 'manager@acme.test');
  const [seller] = await company
    .by('manager')
    .rows('memberships?role=eq.sales&select=user_id,users(full_name)');
  const { full_name } = seller?.['users'] as { full_name: string };

  // A manager says what is earned, and what is to be reached.
  await manager.open('/commissions/plans');
  await manager.page.getByRole('button', { name: 'Add to Plans' }).click();
  await manager.page.getByLabel('Name', { exact: true }).fill('Deals');
  await select(manager, 'For', { label: 'Won deals' });
  await manager.page.getByLabel('Percent').fill('5');
  await manager.button('Save').click();
  await manager.page.getByText('It was saved.').first().waitFor();
  await manager.page.getByText(/5 % · Won deals · Everybody · since/).waitFor();

  await manager.open('/kpis/targets');
  await manager.page.getByRole('button', { name: /^Add to Targets of/ }).click();
  await select(manager, 'Indicator', { label: 'Deals won' });
  await select(manager, 'Person', { label: full_name });
  await manager.page.getByLabel('Target', { exact: true }).fill('2');
  await manager.button('Save').click();
  await manager.page.getByText(`Deals won: ${full_name}`).waitFor();

  // The deal is won.
  const [customer] = await company
    .by('sales')
    .rows('customers?name=eq.Java%20Corner%20Cafe&select=id');
  const deal = await company.by('sales').command('create_deal', {
    title: 'Festival',
    customer_id: customer?.id,
    value: 12_000,
  });
  const sales = await signIn(visit(), 'sales@acme.test');
  await sales.open(`/deals/${deal.id}`);
  await sales.button('Won').click();
  await sales.page.getByText('The deal is won.').waitFor();

  // It is in her statement, with the deal it is for, and on her board.
  await sales.open('/commissions');
  await sales.page.getByRole('link', { name: /COM-/ }).first().click();
  await sales.page.waitForURL(/\/commissions\/[0-9a-f-]{36}$/);
  await sales.page
    .getByText(/600\.00/)
    .first()
    .waitFor();
  await sales.page.getByRole('link', { name: String(deal['number']) }).waitFor();
  await sales.open('/kpis');
  const tile = sales.page.getByRole('listitem').filter({ hasText: 'Deals won' });
  await tile.getByText('50 % of 2').waitFor();

  // A colleague sees neither.
  const driver = await signIn(visit(), 'driver@acme.test');
  await driver.open('/kpis');
  const theirs = driver.page.getByRole('listitem').filter({ hasText: 'Deals won' });
  await theirs.getByText('No target is set').waitFor();
  await theirs.getByText('0', { exact: true }).waitFor();
  expect(await company.by('dispatcher').rows('commission_statements?select=id')).toEqual([]);
  expect(await company.by('driver').rows('kpi_targets?select=id')).toEqual([]);
  await driver.open(`/kpis?of=${String(seller?.['user_id'])}`);
  await driver.page
    .getByText(/not there|not found|does not exist/i)
    .first()
    .waitFor();
});
