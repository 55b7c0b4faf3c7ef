import { beforeAll, expect, test } from 'vitest';
import { enter, Person, SCREENS, visitor } from '../harness/browser.ts';
import { bringAxe, violationsOf } from './_support/axe.ts';
import { busyDay, type BusyDay } from './_support/busy_day.ts';
import { driverPages, officePages, OUTSIDE, PLATFORM } from './_support/pages.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();
let day: BusyDay;
beforeAll(async () => {
  day = await busyDay();
});

/** A person whose pages can be judged, signed in where an address is given. */
async function somebody(email?: string): Promise<Person> {
  const person = await visitor(visit());
  await bringAxe(person);
  if (email === undefined) await person.open('/sign-in');
  else await enter(person, email);
  return person;
}

/** Goes to a page as a link leads there: the portal is loaded once, not once for every page. */
async function follow({ page }: Person, path: string): Promise<void> {
  await page.evaluate((href) => {
    const link = Object.assign(document.createElement('a'), { href });
    document.body.append(link);
    link.click();
    link.remove();
  }, path);
  await page.waitForURL((url) => `${url.pathname}${url.search}${url.hash}` === path);
  // The address changes just before the page does.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.locator('.animate-pulse').first().waitFor({ state: 'detached' });
}

/** Goes to every page and has it judged; a long way is walked by two tabs, one for each processor. */
async function judge(person: Person, paths: string[]): Promise<string[]> {
  const waiting = [...paths];
  const found: string[] = [];
  const tabs = [person];
  if (paths.length > 10) {
    const second = new Person(person.context, await person.context.newPage());
    await second.open('/');
    tabs.push(second);
  }
  await Promise.all(
    tabs.map(async (tab) => {
      for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
        await follow(tab, path);
        const broken = await violationsOf(tab, path !== paths[0]);
        // A page that breaks is replaced by one that is accessible as well.
        if (await tab.page.getByText('Internal Error').count()) broken.push('is an error page');
        found.push(...broken.map((text) => `${path.replaceAll(/[0-9a-f-]{36}/g, 'id')} ${text}`));
      }
    }),
  );
  return found;
}

// A hundred pages and more: in parts, so that a slow machine has its time for each.
const PARTS = 4;
test.each(Array.from({ length: PARTS }, (_, part) => part))(
  'no page of the office breaks a rule of WCAG 2.2 AA (every fourth, from %i)',
  async (part) => {
    const pages = (await officePages(day)).filter((_, index) => index % PARTS === part);
    expect(pages.length).toBeGreaterThan(0);
    expect(await judge(await somebody('owner@acme.test'), pages)).toEqual([]);
  },
);

test('nothing that opens over a page breaks a rule of WCAG 2.2 AA', async () => {
  const owner = await somebody('owner@acme.test');
  const found: string[] = [];
  for (const [path, button, screen] of [
    [`/customers/${day.customer.id}`, 'Add an address', 'desktop'],
    [`/orders/${day.draft.id}`, 'Cancel order', 'desktop'],
    ['/trips/new', 'Open the calendar', 'desktop'],
    ['/users', 'Choose columns', 'desktop'],
    ['/orders', 'Views', 'phone'],
    ['/orders', 'Keys ?', 'desktop'],
    ['/orders', 'Status: all', 'desktop'],
    ['/orders', 'Taken: all', 'desktop'],
    ['/orders', 'Customer: all', 'desktop'],
    ['/orders', `Preview ${String(day.draft['number'])}`, 'desktop'],
    ['/', 'Find anything', 'desktop'],
    ['/orders', 'Open the menu', 'phone'],
  ] as const) {
    await owner.page.setViewportSize(SCREENS[screen]);
    await follow(owner, path);
    await owner.page.getByRole('button', { name: button }).first().click();
    const open = owner.page.locator(
      '[role=dialog], [role=menu], [role=application], dialog[open], section[aria-label^=Preview]',
    );
    await open.first().waitFor();
    found.push(...(await violationsOf(owner, true)).map((text) => `${button}: ${text}`));
    await owner.page.keyboard.press('Escape');
    await open.first().waitFor({ state: 'hidden' });
  }
  expect(found).toEqual([]);
});

test('no page of the driver breaks a rule of WCAG 2.2 AA', async () => {
  expect(await judge(await somebody('driver@acme.test'), driverPages(day))).toEqual([]);
});

test('no page of the platform breaks a rule of WCAG 2.2 AA', async () => {
  expect(await judge(await somebody('super@mzigo.test'), PLATFORM)).toEqual([]);
});

test('no page outside breaks a rule of WCAG 2.2 AA', async () => {
  const stranger = await somebody();
  const found: string[] = [];
  for (const path of OUTSIDE) {
    await stranger.open(path);
    await stranger.page.getByRole('heading', { level: 1 }).waitFor();
    found.push(...(await violationsOf(stranger)).map((text) => `${path} ${text}`));
  }
  expect(found).toEqual([]);
});
