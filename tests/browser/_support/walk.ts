import type { Browser } from 'playwright-core';
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
