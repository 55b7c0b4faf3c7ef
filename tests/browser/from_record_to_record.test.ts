import { expect, test } from 'vitest';
import { signIn } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

test('from a record one goes to the next of the list it was opened from, and back to its filter', async () => {
  const company = await Company.open();
  const customer = await company.customer('Gikomba Traders');
  const orders = [];
  for (let quantity = 1; quantity <= 3; quantity += 1) {
    orders.push(await company.order('Gikomba Traders', quantity));
    // Of somebody else, whom the filter leaves out.
    await company.order('Westlands Wholesalers', quantity);
  }
  const [first, second, third] = orders.map((order) => String(order['number']));
  const sales = await signIn(visit(), 'sales@acme.test');
  const list = `/orders?customer=${customer.id}&sort=number`;
  await sales.open(list);
  const { page } = sales;
  const title = (number: string | undefined) =>
    page.getByRole('heading', { level: 1, name: number, exact: true }).waitFor();
  await page.getByRole('link', { name: String(second), exact: true }).click();
  await title(second);
  await page.getByRole('textbox', { name: 'Comment' }).fill('Not for the next one');
  await page.getByRole('link', { name: 'Next', exact: true }).click();
  await title(third);
  expect(await page.getByRole('textbox', { name: 'Comment' }).inputValue()).toBe('');
  expect(await page.getByRole('link', { name: 'Next', exact: true }).count()).toBe(0);
  await page.getByRole('link', { name: 'Previous', exact: true }).click();
  await title(second);
  await page.getByRole('link', { name: 'Previous', exact: true }).click();
  await title(first);
  await page
    .getByRole('navigation', { name: 'From here' })
    .getByRole('link', { name: 'Orders', exact: true })
    .click();
  await page.waitForURL((url) => `${url.pathname}${url.search}` === list);
  expect(sales.errors).toEqual([]);
});
