import { expect, test } from 'vitest';
import { type Person, signIn } from '../harness/browser.ts';
import { bringAxe, violationsOf } from './_support/axe.ts';
import type { Row } from '../api/client.ts';
import { Company } from './_support/company.ts';
import { state } from './_support/steps.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();
const VANS = { isuzu: 'KDA 101A', canter: 'KDB 202B' };

/** A plan of three orders, which are on no van yet. */
async function drafted(company: Company): Promise<{ plan: Row; numbers: string[] }> {
  const dispatcher = company.by('dispatcher');
  const shops = ['Java Corner Cafe', 'Westlands Wholesalers', 'Kilimani Mini Mart'];
  const orders = await Promise.all(shops.map((shop) => company.allocated(shop, 2)));
  const vans = await dispatcher.rows(
    `vehicles?registration=in.("${VANS.isuzu}","${VANS.canter}")&select=id`,
  );
  const plan = await dispatcher.command('create_planning_session', {
    warehouse_id: company.depot.id,
    planned_on: '2098-12-28',
    order_ids: orders.map(({ id }) => id),
    vehicle_ids: vans.map(({ id }) => id),
  });
  return { plan, numbers: orders.map(({ number }) => String(number)) };
}

const lane = (person: Person, name: string | RegExp) =>
  person.page.getByRole('region', { name }).filter({ has: person.page.locator('header') });
const isuzu = (person: Person) => lane(person, new RegExp(VANS.isuzu));
const canter = (person: Person) => lane(person, new RegExp(VANS.canter));
const handle = (person: Person, number: string) =>
  person.page.getByRole('button', { name: `Move ${number}`, exact: true });
/** The orders of a column from top to bottom. */
const stopsOf = (column: ReturnType<typeof lane>) =>
  column.locator('[data-stop] a.tag').allInnerTexts();

test('stops are put on vans by mouse, by keyboard and by a line on the map, and a colleague sees it', async () => {
  const company = await Company.open();
  const { plan, numbers } = await drafted(company);
  const [first = '', second = '', third = ''] = numbers;
  const dispatcher = await signIn(visit(), 'dispatcher@acme.test');
  await bringAxe(dispatcher);
  const manager = await signIn(visit(), 'manager@acme.test');
  await dispatcher.open(`/planning/${plan.id}`);
  await manager.open(`/planning/${plan.id}`);
  const { page } = dispatcher;

  // By mouse, with what it would cost while it is held.
  await handle(dispatcher, first).waitFor();
  await page.getByText(`${first}`).locator('xpath=ancestor::li').hover();
  await page.mouse.down();
  const target = await isuzu(dispatcher).boundingBox();
  if (!target) throw new Error('There is no column to drop on.');
  await page.mouse.move(target.x + 120, target.y + 150, { steps: 8 });
  await page.getByText(/\+[\d,.]+, \+[\d.]+ km/).waitFor();
  await page.mouse.up();
  await page.getByText('The plan was changed.').first().waitFor();
  await expect.poll(() => stopsOf(isuzu(dispatcher))).toEqual([first]);
  await expect.poll(() => stopsOf(isuzu(manager))).toEqual([first]);

  // By keyboard: from the column without a van to the first one, before the other stop.
  await handle(dispatcher, second).focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => stopsOf(isuzu(dispatcher))).toContain(second);
  const isFirst = (await stopsOf(isuzu(dispatcher)))[0] === second;
  await page.keyboard.press(isFirst ? 'ArrowDown' : 'ArrowUp');
  const wanted = isFirst ? [first, second] : [second, first];
  await expect.poll(() => stopsOf(isuzu(dispatcher))).toEqual(wanted);
  await page.getByText(/Stop [12] of 2 on Isuzu/).waitFor({ state: 'attached' });
  await page.keyboard.press('Space');
  await expect.poll(() => stopsOf(isuzu(manager))).toEqual(wanted);

  // Escape leaves a stop where it was.
  await handle(dispatcher, third).focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Escape');
  await page.getByText(`${third} stays where it was.`).waitFor({ state: 'attached' });
  expect(await stopsOf(isuzu(dispatcher))).toEqual(wanted);

  // A line around everything on the map chooses all, who go on the other van at once.
  await dispatcher.button('Choose on the map').click();
  const map = await page.locator('[data-lasso]').boundingBox();
  if (!map) throw new Error('There is no map to draw on.');
  const corner = (x: number, y: number) =>
    page.mouse.move(map.x + map.width * x, map.y + map.height * y, { steps: 4 });
  await corner(0.01, 0.01);
  await page.mouse.down();
  await corner(0.99, 0.01);
  await corner(0.99, 0.99);
  await corner(0.01, 0.99);
  await page.mouse.up();
  await page.getByText('Chosen: 3').waitFor();
  const give = page.getByRole('combobox', { name: 'Give to' });
  await give.selectOption({ label: `Canter 3 t (${VANS.canter})` });
  await expect
    .poll(async () => (await stopsOf(canter(dispatcher))).sort())
    .toEqual([...numbers].sort());
  await expect.poll(async () => (await stopsOf(canter(manager))).length).toBe(3);

  // What is locked has no handle.
  await page.getByRole('button', { name: `Lock ${first} on this van at this time` }).click();
  await page.getByRole('button', { name: `Unlock ${first}` }).waitFor();
  expect(await handle(dispatcher, first).isVisible()).toBe(false);

  // The solver takes over, and what it changed is told beside what was done by hand.
  await dispatcher.button('Share out the orders').click();
  await state(dispatcher, 'Routes planned');
  await dispatcher.button('Compare plans').click();
  await page.getByText(/Orders that ride elsewhere: \d/).waitFor();
  await page.getByRole('heading', { name: 'Changed by hand' }).waitFor();
  // The header of the page lies over whatever is scrolled under it.
  await page.evaluate(() => scrollTo(0, 0));
  expect(await violationsOf(dispatcher)).toEqual([]);
  expect(dispatcher.errors).toEqual([]);
  expect(manager.errors).toEqual([]);
});
