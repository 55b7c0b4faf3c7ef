import { type Browser } from 'playwright-core';
import { expect, test } from 'vitest';
import { enter, Person, SCREENS } from '../harness/browser.ts';
import { testStack } from '../harness/stack.ts';
import { Company } from './_support/company.ts';
import { photo } from './_support/steps.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

/** Where a hosted project would be: another address than the portal's own, with TLS. */
const PROJECT = 'https://mzigo-project.test';

/** A person whose portal was started for a project elsewhere; what is sent there reaches the stack. */
async function atHostedProject(browser: Browser, email: string): Promise<Person> {
  const context = await browser.newContext({
    viewport: SCREENS.phone,
    reducedMotion: 'reduce',
    // Requests of a service worker would pass by the routes below.
    serviceWorkers: 'block',
  });
  const { url, publishableKey } = testStack();
  const settings = { SUPABASE_URL: PROJECT, SUPABASE_PUBLISHABLE_KEY: publishableKey };
  await context.route('**/project.js', (route) =>
    route.fulfill({
      contentType: 'text/javascript',
      body: `globalThis.mzigoProject=${JSON.stringify(settings)}`,
    }),
  );
  await context.route(`${PROJECT}/**`, async (route) => {
    const open = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' };
    if (route.request().method() === 'OPTIONS') {
      await route.fulfill({
        status: 204,
        headers: { ...open, 'access-control-allow-methods': '*' },
      });
      return;
    }
    const response = await route.fetch({ url: route.request().url().replace(PROJECT, url) });
    await route.fulfill({ response, headers: { ...response.headers(), ...open } });
  });
  const person = new Person(context, await context.newPage());
  await enter(person, email);
  return person;
}

test('the portal works with a project at another address, photos of deliveries included', async () => {
  const browser = visit();
  const company = await Company.open();
  const order = await company.allocated('Java Corner Cafe', 2);
  await company.started([order], 'KDA 101A', 1);

  const driver = await atHostedProject(browser, 'driver@acme.test');
  await driver.open(`/drive/${order.id}`);
  await driver.page.getByLabel('Received by').fill('Linda Wekesa');
  await driver.page.locator('input[type=file]').setInputFiles(await photo(driver));
  await driver.page.getByRole('img', { name: 'Delivered goods' }).waitFor();
  await driver.button('Complete the delivery').click();
  await driver.page.waitForURL(/\/drive$/);

  const manager = await atHostedProject(browser, 'manager@acme.test');
  await manager.open(`/orders/${order.id}`);
  const picture = manager.page.getByRole('img', { name: 'Delivered goods' });
  await picture.waitFor();
  expect(await picture.getAttribute('src')).toContain(`${PROJECT}/storage/`);
  await expect
    .poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth))
    .toBe(1280);
  for (const person of [driver, manager]) expect(person.errors).toEqual([]);
});
