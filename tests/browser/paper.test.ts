import { expect, test } from 'vitest';
import { signIn } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

test('a printed invoice is an invoice: who sells, to whom, tax numbers, and no buttons', async () => {
  const company = await Company.open();
  const owner = company.by('owner');
  const { tenant_id: tenant } = await owner.row('tenant_settings?select=tenant_id');
  const sellerIs = async (identity: Record<string, string>) => {
    const saved = await owner.ask(`/rest/v1/tenant_settings?tenant_id=eq.${String(tenant)}`, {
      method: 'PATCH',
      body: identity,
    });
    expect(saved.status).toBeLessThan(300);
  };
  await sellerIs({
    legal_name: 'Acme Beverages Limited',
    postal_address: 'Lunga Lunga Road 5\nNairobi',
    tax_numbers: 'PIN P051234567X',
    mpesa_till: '522522',
  });
  const order = await company.allocated('Ngong View Bar', 2);
  await company.started([order], 'KDA 101A', 5);
  await company.delivered(order);
  const draft = await company.invoiceOf(order);
  await company.by('finance').command('issue_invoice', { invoice_id: draft.id });
  // A company that moves and changes its name does not change what it has sent.
  await sellerIs({
    legal_name: 'Acme Drinks Limited',
    postal_address: 'Mombasa Road 9\nNairobi',
    tax_numbers: 'PIN P059999999Z',
    mpesa_till: '600600',
  });
  const finance = await signIn(visit(), 'finance@acme.test');
  const { page } = finance;
  await finance.open(`/invoices/${draft.id}`);
  await page.getByRole('heading', { level: 1, name: /INV/ }).waitFor();
  await page.emulateMedia({ media: 'print' });
  const paper = await page.locator('.paper').innerText();
  for (const words of [
    'Acme Beverages Limited',
    'Lunga Lunga Road 5',
    'PIN P051234567X',
    '522522',
    'Ngong View Bar',
    'Nairobi',
  ]) {
    expect(paper).toContain(words);
  }
  expect(paper).toMatch(/^Invoice$/m);
  expect(await page.getByRole('button').filter({ visible: true }).count()).toBe(0);
  expect(await page.getByRole('heading', { level: 1 }).isVisible()).toBe(false);

  // So do the papers that went before it, and a van that has not left yet is of today.
  const trip = await company
    .by('dispatcher')
    .row(`trip_stops?select=id:trip_id&order_id=eq.${order.id}`);
  const next = await company.allocated('Ngong View Bar', 1);
  const planned = await company.planned([next], 'KDA 101A', 9);
  const seller = page.locator('.paper .seller');
  await finance.open(`/orders/${order.id}`);
  await expect.poll(() => seller.innerText()).toBe('Acme Beverages Limited');
  const dispatcher = await signIn(visit(), 'dispatcher@acme.test');
  await dispatcher.open(`/trips/${trip.id}`);
  await dispatcher.page.emulateMedia({ media: 'print' });
  const onTrip = dispatcher.page.locator('.paper .seller').first();
  await expect.poll(() => onTrip.innerText()).toBe('Acme Beverages Limited');
  await dispatcher.open(`/trips/${planned.id}`);
  await expect.poll(() => onTrip.innerText()).toBe('Acme Drinks Limited');
  expect(finance.errors).toEqual([]);
});
