import { expect, test } from 'vitest';
import { signIn } from '../harness/browser.ts';
import { bringAxe, violationsOf } from './_support/axe.ts';
import { Company } from './_support/company.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

test('what a driver sells without network is an order once the network is back', async () => {
  const company = await Company.open();
  const order = await company.allocated('Java Corner Cafe', 2);
  const trip = await company.started([order], 'KDA 101A', 1, 6);
  const driver = await signIn(visit(), 'driver@acme.test', { isPhone: true, worksOffline: true });
  await bringAxe(driver);
  await driver.open('/drive');
  await driver.page.getByRole('link', { name: 'Sell from the van' }).waitFor();
  await driver.page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await driver.page.getByRole('link', { name: 'Sell from the van' }).click();
  await driver.page.getByText('6 crates free').waitFor();
  expect(await violationsOf(driver)).toEqual([]);

  await driver.context.setOffline(true);
  await driver.page.getByLabel('Who buys').selectOption({ label: 'Somebody new' });
  await driver.page.getByLabel('Name').fill('Mama Wanjiku Kiosk');
  await driver.page.getByRole('spinbutton', { name: /^Quantity of/ }).fill('4');
  await driver.button('Sell').click();
  await driver.page.getByText('pays at once').waitFor();
  await driver.page.getByLabel('Paid with').selectOption({ label: 'Cash' });
  await driver.button('Sell').click();
  await driver.page.getByRole('heading', { name: /^Receipt VS-/ }).waitFor();
  await driver.page.getByText('2 crates free').waitFor();
  expect(await violationsOf(driver)).toEqual([]);
  const sold = () =>
    company
      .by('manager')
      .rows(`orders?channel=eq.van&select=status,total,external_reference,customers(name,status)`);
  expect(await sold()).toEqual([]);

  await driver.context.setOffline(false);
  await expect.poll(async () => (await sold()).length, { timeout: 30_000 }).toBe(1);
  const heading = await driver.page.getByRole('heading', { name: /^Receipt VS-/ }).textContent();
  expect((await sold())[0]).toMatchObject({
    status: 'delivered',
    external_reference: heading?.replace('Receipt ', ''),
    customers: { name: 'Mama Wanjiku Kiosk', status: 'pending_approval' },
  });
  expect(await company.by('finance').rows(`payments?trip_id=eq.${trip.id}&select=method`)).toEqual([
    { method: 'cash' },
  ]);
  expect(driver.errors).toEqual([]);
});
