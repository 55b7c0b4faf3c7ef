import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, onTestFailed } from 'vitest';
import { photograph, startBrowser } from '../../harness/browser.ts';
import { STACK_VARIABLE, startTestStack } from '../../harness/stack.ts';

/**
 * A company where nothing has happened yet, and a browser to visit it with, for the tests of one
 * file: two files may keep the same driver busy.
 * @returns gives the browser to a test, and pictures of its open pages should the test fail.
 */
export function useBrowser(): () => Browser {
  let browser: Browser;
  let stopStack: () => Promise<void>;
  beforeAll(async () => {
    const { stack, stop } = await startTestStack();
    process.env[STACK_VARIABLE] = JSON.stringify(stack);
    stopStack = stop;
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await stopStack?.();
  });
  return () => {
    onTestFailed(() => photograph(browser));
    return browser;
  };
}

/**
 * Keeps what a page reads at this address waiting, as a slow network would; what it writes goes through.
 * @returns lets it, and all that follows, go.
 */
export async function holdReading(page: Page, address: string) {
  let free = () => {};
  const isFree = new Promise<void>((resolve) => (free = resolve));
  await page.route(address, async (route) => {
    if (route.request().method() === 'GET') await isFree;
    await route.continue();
  });
  return { release: () => free() };
}
