import { expect, test } from 'vitest';
import { signIn } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

test('a field that a company needs is asked for with a new document, kept while it is typed, and filled in at once', async () => {
  const company = await Company.open();
  const owner = company.by('owner');
  const settings = await owner.row('tenant_settings?select=tenant_id,type_definitions');
  const { status } = await owner.ask(
    `/rest/v1/tenant_settings?tenant_id=eq.${String(settings['tenant_id'])}`,
    {
      method: 'PATCH',
      body: {
        type_definitions: {
          ...(settings['type_definitions'] as object),
          fields: { transfer: [{ key: 'gate', label: 'Gate', kind: 'text', is_required: true }] },
        },
      },
    },
  );
  expect(status).toBeLessThan(300);

  const clerk = await signIn(visit(), 'manager@acme.test');
  const { page } = clerk;
  await clerk.open('/stock/transfers/new');
  await page.getByRole('combobox', { name: 'From' }).selectOption({ label: 'Nairobi depot' });
  await page.getByRole('combobox', { name: 'To' }).selectOption({ label: 'Kilifi depot' });
  await clerk.pick('Add a product', 'COL-300');
  await page.getByRole('spinbutton', { name: /^Quantity/ }).fill('4');
  await clerk.button('Draft the transfer').click();
  await page.getByText('Correct what is marked.').waitFor();
  expect(await page.getByLabel('Gate').getAttribute('aria-invalid')).toBe('true');

  await page.getByLabel('Gate').fill('South');
  await page.reload();
  await expect.poll(() => page.getByLabel('Gate').inputValue(), { timeout: 30_000 }).toBe('South');
  await clerk.button('Draft the transfer').click();
  await page.waitForURL(/\/stock\/transfers\/[0-9a-f-]{36}$/);
  await page.getByText('South').waitFor();
  expect(clerk.errors).toEqual([]);
});
