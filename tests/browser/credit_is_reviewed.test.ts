import { expect, test } from 'vitest';
import { signIn } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

test('whose credit wants looking at is found in a list, looked into, and decided on', async () => {
  const company = await Company.open();
  const { id } = await company.customer('Kilimani Mini Mart');
  const { status } = await company.by('owner').ask('/rest/v1/customer_documents', {
    body: { customer_id: id, kind: 'Liquor licence', valid_until: '2020-01-01' },
  });
  expect(status).toBe(201);

  const manager = await signIn(visit(), 'manager@acme.test');
  await manager.open('/customers');
  await manager.page.getByRole('link', { name: 'Credit to review' }).click();
  await manager.page.getByRole('cell', { name: 'A paper has ended (Liquor licence)' }).waitFor();
  await manager.page
    .getByRole('button', { name: 'Review the credit of Kilimani Mini Mart' })
    .click();
  await manager.page.getByLabel('What is decided').selectOption({ label: 'Another limit' });
  await manager.page.getByLabel('New limit').fill('75000');
  await manager.page.getByLabel('Why', { exact: true }).fill('Until the licence is renewed');
  await manager.page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await manager.page.getByText('The review was noted.').waitFor();

  // His page shows what was decided, and offers the next review.
  await manager.page
    .getByRole('link', { name: /Kilimani Mini Mart/ })
    .first()
    .click();
  await manager.page.getByText('Until the licence is renewed').waitFor();
  await manager.button('Review credit').click();
  await manager.page.getByText('has a limit of').waitFor();
  expect(await manager.page.getByText('75,000.00').count()).toBeGreaterThan(0);

  // What is paid late costs interest, from the next month on, where the company says so.
  const owner = await signIn(visit(), 'owner@acme.test');
  await owner.open('/settings');
  await owner.page.getByLabel('Interest on overdue invoices').fill('2');
  await owner.page.getByLabel('Days without interest').fill('5');
  await owner.button('Save the settings').click();
  await owner.page.getByText('The settings are saved.').waitFor();
  const rules = await company.by('owner').row('tenant_settings?select=business_rules');
  expect(rules.business_rules).toMatchObject({
    'invoices.interest': { percent: 2, per: 'month', grace_days: 5 },
  });
});
