/**
 * How long a list of many orders takes in the browser, from the click to its rows, beside the same list
 * of few: `node tests/bench/lists.ts [--orders 100000]`.
 */
import { parseArgs } from 'node:util';
import { createClient } from '@supabase/supabase-js';
import { startBrowser } from '../harness/browser.ts';
import { PASSWORD } from './http.ts';
import { addHistory } from './server.ts';
import { startBenchStack } from './stack.ts';

const RUNS = 7;
const FEW = 1000;

const { values: options } = parseArgs({
  options: { orders: { type: 'string', default: '100000' } },
});
const many = Number(options.orders);

const median = (values: number[]) =>
  values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const { stack, stop } = await startBenchStack();
const browser = await startBrowser();

/** Milliseconds, the median: from a link in the portal, as a page that is loaded anew, to the next page. */
async function times(session: string): Promise<Record<string, number>> {
  const name = `sb-${new URL(stack.url).hostname.split('.')[0]}-auth-token`;
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    storageState: {
      cookies: [],
      origins: [{ origin: stack.url, localStorage: [{ name, value: session }] }],
    },
  });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const row = page.locator('tbody [data-row]').first();
  const timed = async (act: () => Promise<unknown>, until: () => Promise<unknown>) => {
    const begin = performance.now();
    await act();
    await until();
    return performance.now() - begin;
  };
  const taken: Record<string, number[]> = {};
  const take = (what: string, ms: number) => (taken[what] ??= []).push(ms);
  await page.goto(`${stack.url}/orders`);
  await row.waitFor();
  for (let run = 0; run < RUNS; run += 1) {
    await page.goto(`${stack.url}/products`);
    await row.waitFor();
    const link = page.getByRole('navigation').getByRole('link', { name: 'Orders', exact: true });
    await link.first().hover();
    await page.evaluate(() => new Promise((idle) => requestIdleCallback(idle)));
    take(
      'opened from another page',
      await timed(
        () => link.first().click(),
        async () => {
          await page.waitForURL('**/orders');
          await page.locator('tbody a[href^="/orders/"]').first().waitFor();
        },
      ),
    );
    take(
      'loaded anew',
      await timed(
        () => page.reload(),
        () => row.waitFor(),
      ),
    );
    const first = await row.getAttribute('data-row');
    take(
      'next page',
      await timed(
        () => page.getByRole('button', { name: 'Next', exact: true }).click(),
        () =>
          page.waitForFunction(
            (id) => document.querySelector('tbody [data-row]')?.getAttribute('data-row') !== id,
            first,
          ),
      ),
    );
  }
  await context.close();
  return Object.fromEntries(Object.entries(taken).map(([what, all]) => [what, median(all)]));
}

try {
  const client = createClient(stack.url, stack.publishableKey);
  const { data, error } = await client.auth.signInWithPassword({
    email: 'manager@bench.test',
    password: PASSWORD,
  });
  if (error) throw error;
  const session = JSON.stringify(data.session);
  await addHistory(stack.superuserUrl, 1, FEW);
  const few = await times(session);
  await addHistory(stack.superuserUrl, FEW + 1, many);
  const all = await times(session);
  process.stdout.write(
    `${''.padEnd(28)}${`${FEW} orders`.padStart(16)}${`${many} orders`.padStart(16)}\n`,
  );
  for (const [what, ms] of Object.entries(all)) {
    const [less, more] = [few[what] ?? 0, ms].map((it) => `${it.toFixed(0)} ms`.padStart(16));
    process.stdout.write(
      `${what.padEnd(28)}${less}${more}${(ms / (few[what] ?? 1)).toFixed(2).padStart(8)} times\n`,
    );
  }
} finally {
  await browser.close();
  await stop();
}
