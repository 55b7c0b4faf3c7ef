import { expect, test } from 'vitest';
import { signIn } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

test('orders, customers, products and pages are found and opened with the keyboard alone', async () => {
  const company = await Company.open();
  const order = await company.order('Gikomba Traders', 1);
  const customer = await company.customer('Gikomba Traders');
  const sales = await signIn(visit(), 'sales@acme.test');
  const { keyboard } = sales.page;
  const palette = sales.page.getByRole('dialog').getByRole('combobox');

  async function find(text: string, hit: string | RegExp): Promise<string> {
    await sales.page.getByRole('heading', { level: 1 }).waitFor();
    await keyboard.press('Control+KeyK');
    await palette.waitFor();
    await keyboard.type(text);
    await sales.page.getByRole('option', { name: hit }).first().waitFor();
    const before = sales.page.url();
    await keyboard.press('Enter');
    await sales.page.waitForURL((url) => url.href !== before);
    await palette.waitFor({ state: 'detached' });
    return new URL(sales.page.url()).pathname;
  }

  expect(await find(String(order['number']), String(order['number']))).toBe(`/orders/${order.id}`);
  expect(await find('gikomba', /Gikomba Traders/)).toBe(`/customers/${customer.id}`);
  expect(await find('COL-300', /COL-300/)).toBe(`/products/${company.cola.id}`);
  expect(await find('price l', 'Price lists')).toBe('/prices');
  // What his role may not read is not found either.
  await keyboard.press('Control+KeyK');
  await keyboard.type('settings');
  await sales.page.getByText('Nothing found.').waitFor();
  expect(sales.errors).toEqual([]);
});
