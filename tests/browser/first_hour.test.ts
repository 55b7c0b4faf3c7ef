import { expect, test } from 'vitest';
import { signIn } from '../harness/browser.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

test('a new company is led through its first steps, tries sample data and takes them back', async () => {
  const person = await signIn(visit(), 'super@mzigo.test');
  const { page } = person;
  await person.open('/platform/companies');
  await person.button('New company').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill('Kisumu Drinks');
  await dialog.getByLabel('Short name').fill('kisumu');
  await dialog.getByRole('button', { name: /^Create/ }).click();
  await dialog.waitFor({ state: 'detached' });

  await person.open('/');
  const steps = page
    .getByRole('listitem')
    .filter({ has: page.getByRole('link', { name: /products/ }) });
  await page.getByRole('heading', { name: 'First steps' }).waitFor();
  await page.getByText('0 of 6').waitFor();
  expect(await steps.getByText('Done', { exact: true }).count()).toBe(0);

  await person.button('Add sample data').click();
  await page.getByText('The sample data are there.').waitFor();
  await page.getByText('2 of 6').waitFor();
  await steps.getByText('Done', { exact: true }).waitFor();
  await person.button('Remove the sample data').click();
  await page.getByText('The sample data are gone.').waitFor();
  await page.getByText('0 of 6').waitFor();

  // The page says what it is for.
  await person.button('Help with this page').click();
  await page
    .getByRole('dialog', { name: 'Help' })
    .getByText(/first steps/)
    .waitFor();
  await page.keyboard.press('Escape');

  await page
    .getByRole('link', { name: /people/i })
    .first()
    .click();
  await page.getByRole('link', { name: 'Who may do what' }).click();
  await page.getByText('Drives his own trips and delivers.').click();
  await page.getByText('Record deliveries, refusals, empties and cash').last().waitFor();

  await person.open('/');
  await page.getByRole('heading', { name: 'First steps' }).waitFor();
  await person.button('Close').first().click();
  await page.getByRole('heading', { name: 'First steps' }).waitFor({ state: 'detached' });
  await page.reload();
  await page.getByRole('heading', { level: 1 }).waitFor();
  expect(await page.getByRole('heading', { name: 'First steps' }).count()).toBe(0);

  // The browser finds nothing that keeps the portal from being installed.
  const cdp = await page.context().newCDPSession(page);
  const { installabilityErrors } = await cdp.send('Page.getInstallabilityErrors');
  expect(
    installabilityErrors.map(({ errorId }) => errorId).filter((it) => it !== 'in-incognito'),
  ).toEqual([]);
  expect(person.errors).toEqual([]);
});
