import { expect, test } from 'vitest';
import { signIn } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

test('the figures of a period stand as pictures, as tables and in the lists behind them', async () => {
  const company = await Company.open();
  await company.approved('Westlands Wholesalers', 12);
  const { page, errors } = await signIn(visit(), 'manager@acme.test');

  // A picture, gone along by keys.
  const picture = page.getByRole('slider', { name: 'Orders by day' });
  await picture.locator('rect[fill="var(--c-info)"]').last().waitFor();
  const today = await picture.getAttribute('aria-valuetext');
  expect(today).toMatch(/Delivered \d+, Open [1-9]\d*, Stopped \d+/);
  await picture.press('ArrowLeft');
  expect(await picture.getAttribute('aria-valuetext')).not.toBe(today);
  await picture.press('End');
  expect(await picture.getAttribute('aria-valuetext')).toBe(today);

  // The table behind it.
  await page.getByRole('button', { name: 'Table: Orders by day' }).click();
  const table = page.getByRole('region', { name: 'Orders by day' });
  expect(await table.getByRole('row').count()).toBe(31);
  await page.getByRole('link', { name: '7 days' }).click();
  await expect.poll(() => table.getByRole('row').count()).toBe(8);

  // A stage of the funnel leads to as many orders as it counts.
  const stage = page
    .getByRole('table', { name: 'How far orders have come' })
    .getByRole('row', { name: /^Approved/ });
  const counted = Number((await stage.getByRole('cell').first().innerText()).trim());
  expect(counted).toBeGreaterThan(0);
  await stage.getByRole('link').click();
  await page.getByRole('heading', { level: 1, name: 'Orders' }).waitFor();
  await expect.poll(() => page.locator('table [data-row]').count()).toBe(counted);
  expect(errors).toEqual([]);
});

test('a product and its orders are one list', async () => {
  const company = await Company.open();
  await company.approved('Westlands Wholesalers', 12);
  const { page, errors } = await signIn(visit(), 'owner@acme.test');
  const products = page.getByRole('table', { name: 'Products ordered most' });
  const first = products.getByRole('link').first();
  const name = await first.innerText();
  await first.click();
  await page.getByRole('heading', { level: 1, name: 'Orders' }).waitFor();
  await page.getByText(name).first().waitFor();
  await page.getByRole('row').nth(1).waitFor();
  expect(errors).toEqual([]);
});

test('a driver has his trip and no board', async () => {
  const { page } = await signIn(visit(), 'driver@acme.test');
  await page.getByRole('heading', { level: 1 }).waitFor();
  expect(await page.getByRole('heading', { name: 'Figures' }).count()).toBe(0);
});
