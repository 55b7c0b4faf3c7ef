import { beforeAll, expect, test } from 'vitest';
import { Person, signIn, visitor } from '../harness/browser.ts';
import { bringAxe, violationsOf } from './_support/axe.ts';
import { busyDay, type BusyDay } from './_support/busy_day.ts';
import { driverPages, officePages, OUTSIDE, PLATFORM } from './_support/pages.ts';
import { useBrowser } from './_support/walk.ts';

/** Pages that one person has open at a time; each keeps a processor busy. */
const TABS = 2;

const visit = useBrowser();
let day: BusyDay;
beforeAll(async () => {
  day = await busyDay();
});

/** Opens every page, waits until it shows what it is about, and has it judged. */
async function judge(person: Person, paths: string[]): Promise<string[]> {
  await bringAxe(person);
  const waiting = [...paths];
  const found: string[] = [];
  async function work(tab: Person) {
    for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
      await tab.page.goto('about:blank');
      await tab.open(path);
      await tab.page.getByRole('heading', { level: 1 }).waitFor();
      await tab.page.locator('.animate-pulse').first().waitFor({ state: 'detached' });
      const broken = await violationsOf(tab);
      found.push(...broken.map((text) => `${path.replaceAll(/[0-9a-f-]{36}/g, 'id')} ${text}`));
    }
  }
  const tabs = await Promise.all(
    Array.from(
      { length: TABS },
      async () => new Person(person.context, await person.context.newPage()),
    ),
  );
  await Promise.all(tabs.map(work));
  return found;
}

test('no page of the office breaks a rule of WCAG 2.2 AA', async () => {
  const owner = await signIn(visit(), 'owner@acme.test');
  expect(await judge(owner, officePages(day))).toEqual([]);
});

test('no page of the driver breaks a rule of WCAG 2.2 AA', async () => {
  const driver = await signIn(visit(), 'driver@acme.test', { isPhone: true });
  expect(await judge(driver, driverPages(day))).toEqual([]);
});

test('no page of the platform breaks a rule of WCAG 2.2 AA', async () => {
  expect(await judge(await signIn(visit(), 'super@mzigo.test'), PLATFORM)).toEqual([]);
});

test('no page outside breaks a rule of WCAG 2.2 AA', async () => {
  expect(await judge(await visitor(visit()), OUTSIDE)).toEqual([]);
});
