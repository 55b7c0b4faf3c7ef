import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { signIn, type Person } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

/** What is fetched behind the first page, as a phone with gzip pays for it. */
const MOST_BYTES = 700_000;

/** Says of a file by what is in it which of the libraries of a desk it is. */
const OF_A_DESK = {
  papers: 'pdfmake',
  maps: 'maplibregl-canvas',
  drawing: 'terra-draw',
  spreadsheets: 'xl/worksheets',
  charts: 'layerchart',
};

/** The files that the device has kept by now, with their text. */
async function kept(person: Person): Promise<{ path: string; text: string }[]> {
  return person.page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    const names = await caches.keys();
    const files = await Promise.all(
      names.map(async (name) => {
        const cache = await caches.open(name);
        const requests = await cache.keys();
        return Promise.all(
          requests.map(async (request) => ({
            path: new URL(request.url).pathname,
            text: (await (await cache.match(request))?.text()) ?? '',
          })),
        );
      }),
    );
    return files.flat();
  });
}

const desks = (files: { text: string }[]) =>
  Object.entries(OF_A_DESK)
    .filter(([, mark]) => files.some(({ text }) => text.includes(mark)))
    .map(([name]) => name);

const soonKept = (person: Person, what: string) =>
  expect.poll(async () => desks(await kept(person)), { timeout: 60_000 }).toContain(what);

const bytesOf = (files: { text: string }[]) =>
  files.reduce((sum, { text }) => sum + gzipSync(text).length, 0);

test('a phone fetches the pages of a driver and nothing that only a desk works with', async () => {
  const driver = await signIn(visit(), 'driver@acme.test', { isPhone: true, worksOffline: true });
  await driver.open('/drive');
  const files = await kept(driver);
  const scripts = files.filter(({ path }) => path.endsWith('.js'));
  expect(scripts.length).toBeGreaterThan(10);
  expect(desks(files)).toEqual([]);
  const bytes = bytesOf(files);
  console.log(`${files.length} files are kept, ${Math.round(bytes / 1000)} kB with gzip`);
  expect(bytes).toBeLessThan(MOST_BYTES);
  expect(driver.errors).toEqual([]);
});

test('a desk keeps what it has used, and without a network the rest says so in a sentence', async () => {
  const company = await Company.open();
  const order = await company.approved('Karen Country Kiosk', 1);
  const owner = await signIn(visit(), 'owner@acme.test', { worksOffline: true });
  const { page, context } = owner;
  await kept(owner);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await owner.open(`/orders/${order.id}`);
  await page.getByRole('heading', { level: 1, name: String(order['number']) }).waitFor();

  const confirmation = () => owner.button('PDF').click();
  await context.setOffline(true);
  await confirmation();
  await page.getByText('The server cannot be reached.').waitFor();
  expect(desks(await kept(owner))).not.toContain('papers');
  await context.setOffline(false);
  await Promise.all([page.waitForEvent('download'), confirmation()]);
  await soonKept(owner, 'papers');

  await owner.open('/fleet');
  await owner.button(/^Add.*depots/).click();
  await context.setOffline(true);
  await owner.button('Choose on the map').click();
  await page
    .getByRole('dialog')
    .getByText(/The server cannot be reached/)
    .waitFor();
  await owner.button('Close the map').click();
  await context.setOffline(false);
  await owner.button('Choose on the map').click();
  await page
    .getByRole('region', { name: /Choose the place/ })
    .locator('canvas')
    .waitFor();
  await soonKept(owner, 'maps');
  expect(owner.errors).toEqual([]);
});
