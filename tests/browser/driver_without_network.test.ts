import { expect, test } from 'vitest';
import { signIn, type Person } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { sign } from './_support/steps.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

async function deliver(driver: Person, customer: string): Promise<void> {
  await driver.page.getByRole('link', { name: customer }).click();
  await driver.page.getByLabel('Received by').fill('Linda Wekesa');
  await sign(driver);
  await driver.button('Complete the delivery').click();
  await driver.page.waitForURL(/\/drive$/);
}

test('what a driver records without network arrives later, once, also when an answer is lost', async () => {
  const company = await Company.open();
  const first = await company.allocated('Java Corner Cafe', 2);
  const second = await company.allocated('Ngong View Bar', 3);
  await company.started([first, second], 'KDA 101A', 1);
  const driver = await signIn(visit(), 'driver@acme.test', { isPhone: true, worksOffline: true });
  await driver.open('/drive');
  await driver.page.getByRole('link', { name: 'Ngong View Bar' }).waitFor();
  // The portal itself is on the phone: he has opened it before he leaves.
  await driver.page.evaluate(async () => void (await navigator.serviceWorker.ready));

  await driver.context.setOffline(true);
  await deliver(driver, 'Java Corner Cafe');
  await driver.page.getByText(`Delivery of ${String(first['number'])} waits to be sent.`).waitFor();
  const status = async (id: string) =>
    (await company.by('manager').row(`orders?id=eq.${id}&select=id,status`)).status;
  expect(await status(first.id)).toBe('in_transit');
  await driver.context.setOffline(false);
  await driver.page.getByText('Delivered', { exact: true }).waitFor();
  expect(await status(first.id)).toBe('delivered');

  // The server does what it is told, but its answers do not reach the phone until the portal gave up
  // for a while; its own clock is stopped, so that what follows is what the driver's button does.
  await driver.page.evaluate(() => {
    for (let id = Number(setTimeout(() => {}, 0)); id > 0; id -= 1) clearInterval(id);
  });
  let isDeaf = true;
  let lost = 0;
  const keys: string[] = [];
  await driver.page.route('**/rest/v1/rpc/complete_delivery', async (route) => {
    const { idempotency_key: key } = route.request().postDataJSON() as { idempotency_key: string };
    keys.push(key);
    const response = await route.fetch();
    if (!isDeaf) return route.fulfill({ response });
    await route.abort('connectionreset');
    lost += 1;
  });
  await deliver(driver, 'Ngong View Bar');
  await expect.poll(() => lost, { timeout: 60_000 }).toBe(3);
  isDeaf = false;
  await driver.button('Send now').click();
  await driver.page.getByText('2 of 2 stops done').waitFor();
  await driver.page.getByRole('heading', { name: 'Count the van' }).waitFor();
  expect(keys).toHaveLength(4);
  expect(new Set(keys).size).toBe(1);
  const proofs = await company
    .by('manager')
    .rows(`delivery_proofs?order_id=in.(${first.id},${second.id})&select=id`);
  expect(proofs).toHaveLength(2);
  expect(driver.errors).toEqual([]);
});
