import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { visitor } from '../harness/browser.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

const MOST = 20;
const MOST_BYTES = 200_000;

/** Counts the answers that a page gets from now on. */
function watch(page: Page): () => string[] {
  let seen: string[] = [];
  page.on('response', (response) => seen.push(new URL(response.url()).pathname));
  return () => {
    const answers = seen;
    seen = [];
    return answers;
  };
}

test('the sign-in, the first page and the first list are a few requests each, and the sign-in is small', async () => {
  const person = await visitor(visit());
  const { page } = person;
  const answers = watch(page);
  const scripts: Promise<number>[] = [];
  page.on('response', (response) => {
    if (response.url().endsWith('.js')) {
      scripts.push(
        response
          .request()
          .sizes()
          .then((sizes) => sizes.responseBodySize),
      );
    }
  });

  await person.open('/sign-in');
  await page.getByLabel('E-mail').waitFor();
  await page.waitForLoadState('networkidle');
  const first = answers();
  expect(first.length, first.join('\n')).toBeLessThanOrEqual(MOST);
  const bytes = (await Promise.all(scripts)).reduce((sum, size) => sum + size, 0);
  expect(bytes).toBeGreaterThan(50_000);
  expect(bytes).toBeLessThan(MOST_BYTES);

  await page.getByLabel('E-mail').fill('sales@acme.test');
  await page.getByLabel('Password', { exact: true }).fill('mzigo-demo-2026');
  await person.button('Sign in').click();
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
  await page.waitForLoadState('networkidle');
  const home = answers();
  expect(home.length, home.join('\n')).toBeLessThanOrEqual(MOST);

  await page.getByRole('link', { name: 'Orders', exact: true }).first().click();
  await page.waitForURL(/\/orders$/);
  await page.waitForLoadState('networkidle');
  const list = answers();
  expect(list.length, list.join('\n')).toBeLessThanOrEqual(MOST);
  expect(person.errors).toEqual([]);
});

test('the page where a driver’s day begins comes while his password is looked at', async () => {
  const person = await visitor(visit());
  const { page } = person;
  let asked = new Set<string>();
  page.on('request', (request) => {
    if (request.url().endsWith('.js')) asked.add(new URL(request.url()).pathname);
  });
  const signIn = async () => {
    await person.open('/sign-in');
    await page.getByLabel('E-mail').fill('driver@acme.test');
    await page.getByLabel('Password', { exact: true }).fill('mzigo-demo-2026');
    await person.button('Sign in').click();
    await page.waitForURL(/\/drive/);
    await page.waitForLoadState('networkidle');
  };
  const token = '**/auth/v1/token*';
  await page.route(token, async (route) => {
    const response = await route.fetch();
    // What is asked for from here on comes after the answer.
    asked = new Set();
    await route.fulfill({ response });
  });
  await signIn();
  const late = [...asked];
  expect(late).not.toEqual([]);

  // The same device the next morning, with nothing of the portal in its cache.
  await page.evaluate(() => {
    for (const key of Object.keys(localStorage))
      if (key !== 'mzigo-home') localStorage.removeItem(key);
  });
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Network.setCacheDisabled', { cacheDisabled: true });
  await page.unroute(token);
  await page.route(token, async (route) => {
    // No answer before the page was asked for, which the first time came after it.
    while (!late.some((file) => asked.has(file))) await page.waitForEvent('request');
    await route.continue();
  });
  asked = new Set();
  await signIn();
  expect(person.errors).toEqual([]);
});
