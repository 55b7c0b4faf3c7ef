import { expect, test } from 'vitest';
import { type Person, signIn } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { photo, state } from './_support/steps.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

/** Waits until the portal itself is on the phone. */
const kept = (driver: Person) =>
  driver.page.evaluate(async () => void (await navigator.serviceWorker.ready));

/** Writes an entry as the portal before this one did: the third version of the store, which Dexie calls thirty. */
async function keepAsBefore(driver: Person, entry: Record<string, unknown>): Promise<void> {
  const { buffer } = await photo(driver);
  await driver.page.evaluate(
    async ({ entry, bytes }) => {
      const done = <Result>(request: IDBRequest<Result>) =>
        new Promise<Result>((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(new Error('The browser keeps nothing.'));
        });
      await done(indexedDB.deleteDatabase('mzigo-driver'));
      const opening = indexedDB.open('mzigo-driver', 30);
      opening.onupgradeneeded = () => {
        const waiting = opening.result.createObjectStore('waiting', { keyPath: 'key' });
        for (const field of ['user_id', 'given_at']) waiting.createIndex(field, field);
        const positions = opening.result.createObjectStore('positions', {
          keyPath: ['user_id', 'trip_id', 'happened_at'],
        });
        positions.createIndex('[user_id+trip_id]', ['user_id', 'trip_id']);
      };
      const store = await done(opening);
      const written = store.transaction('waiting', 'readwrite').objectStore('waiting');
      const photo = new Blob([Uint8Array.from(atob(bytes), (char) => char.charCodeAt(0))], {
        type: 'image/jpeg',
      });
      await done(written.add({ ...entry, photo }));
      store.close();
    },
    {
      bytes: buffer.toString('base64'),
      entry,
    },
  );
}

test('photos reach the office: the one that waited while the portal was updated, and three taken without network', async () => {
  const company = await Company.open();
  const waited = await company.allocated('Ngong View Bar', 3);
  const order = await company.allocated('Java Corner Cafe', 2);
  await company.started([waited, order], 'KDA 101A', 1);
  const driver = await signIn(visit(), 'driver@acme.test', { isPhone: true, worksOffline: true });
  const by = company.by('driver');
  const { user_id, tenant_id } = await by.row('memberships?limit=1&select=user_id,tenant_id');
  const lines = await by.rows(`order_items?order_id=eq.${waited.id}&select=id`);
  await keepAsBefore(driver, {
    key: crypto.randomUUID(),
    rpc: 'complete_delivery',
    user_id,
    tenant_id,
    about_id: waited.id,
    about: String(waited['number']),
    args: {
      order_id: waited.id,
      items: lines.map((line) => ({ order_item_id: line.id, delivered: 3 })),
      received_by: 'Linda Wekesa',
    },
    given_at: new Date().toISOString(),
    problem: null,
  });
  await driver.open('/drive');
  await driver.page.getByText('1 of 2 stops done').waitFor();
  const manager = await signIn(visit(), 'manager@acme.test');
  const proof = await company
    .by('manager')
    .row(`delivery_proofs?order_id=eq.${waited.id}&select=id,photo_paths`);
  expect(proof['photo_paths']).toHaveLength(1);

  await kept(driver);
  await driver.context.setOffline(true);
  await driver.page.getByRole('link', { name: 'Java Corner Cafe' }).click();
  await driver.page.getByLabel('Received by').fill('Linda Wekesa');
  const picture = await photo(driver);
  const take = driver.page.locator('input[type=file]');
  const shown = driver.page.getByRole('img', { name: /^Delivered goods/ });
  for (let taken = 1; taken <= 4; taken += 1) {
    await take.setInputFiles(picture);
    await expect.poll(() => shown.count()).toBe(taken);
  }
  await driver.button('Remove: Delivered goods, photo 4').click();
  await expect.poll(() => shown.count()).toBe(3);
  await driver.button('Complete the delivery').click();
  await driver.page.getByText(`Delivery of ${String(order['number'])} waits to be sent.`).waitFor();
  await driver.context.setOffline(false);
  await driver.page.getByText('2 of 2 stops done').waitFor();
  await driver.page.getByText('waits to be sent').first().waitFor({ state: 'hidden' });

  await manager.open(`/orders/${order.id}`);
  await state(manager, 'Delivered');
  const last = manager.page.getByRole('img', { name: 'Delivered goods, photo 3 of 3' });
  await last.waitFor();
  await expect
    .poll(() => last.evaluate((image: HTMLImageElement) => image.naturalWidth))
    .toBe(1280);
  for (const person of [driver, manager]) expect(person.errors).toEqual([]);
});
