import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { type Person, SCREENS, signIn } from '../harness/browser.ts';
import { bringAxe, violationsOf } from './_support/axe.ts';
import { dialogButton, state } from './_support/steps.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

async function choose(person: Person, name: string, content: string | Buffer): Promise<void> {
  await person.page.locator('input[type=file]').setInputFiles({
    name,
    mimeType: 'text/csv',
    buffer: Buffer.from(content),
  });
}

async function stored(person: Person, button: string): Promise<{ name: string; bytes: Buffer }> {
  const waiting = person.page.waitForEvent('download');
  await person.button(button).click();
  const download = await waiting;
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** Judged as it is now, and then looked at on the desktop again. */
async function looked(person: Person): Promise<void> {
  expect(await violationsOf(person)).toEqual([]);
  await person.page.setViewportSize(SCREENS.desktop);
}

test('a file with bad rows is imported, corrected, imported again and undone', async () => {
  const manager = await signIn(visit(), 'manager@acme.test');
  await bringAxe(manager);
  await manager.open('/products');
  await manager.page.getByRole('link', { name: 'Import', exact: true }).click();

  // As a spreadsheet of a country with decimal commas writes it, in Windows-1252.
  const file = [
    'Preisliste;;;',
    'Item code;Title;Price;EAN',
    'WALK-1;Jus d\u2019orange frais;12,50;96385074',
    'WALK-2;"Two lines\nof a name";zw\u00f6lf;',
    '5.0E+12;Lost code;1,00;',
  ].join('\r\n');
  await choose(manager, 'products.csv', Buffer.from(file.replaceAll('\u2019', '\x92'), 'latin1'));
  await manager.page
    .getByText('CSV, Windows-1252, semicolon, decimal comma, header on line 2, 3 rows')
    .waitFor();
  await expect.poll(() => manager.page.getByLabel('Base price').inputValue()).toBe('Price');
  await looked(manager);
  await manager.button('Check 3 rows').click();

  await state(manager, 'Ready');
  await manager.page.getByText('Base price: zwölf').waitFor();
  await manager.page.getByText('is a number that a spreadsheet has shortened').waitFor();
  await looked(manager);
  const { name, bytes } = await stored(manager, 'CSV');
  expect(name).toBe('products to correct.csv');
  await manager.button('Import the rows').click();
  await state(manager, 'Done');
  await manager.page.getByText('Imported').first().waitFor();

  // The same file, corrected, still with the column that says what was wrong.
  const corrected = bytes.toString('utf8').replace('zwölf', '12').replace('5.0E+12', 'WALK-3');
  await manager.open('/imports/new?into=product');
  await choose(manager, name, corrected);
  await manager.page
    .getByText('Matched as the last file')
    .or(manager.page.getByText('Matched by their names'))
    .waitFor();
  await manager.page.getByText('Not used: What is wrong').waitFor();
  await manager.button('Check 2 rows').click();
  await state(manager, 'Ready');
  await manager.button('Import the rows').click();
  await state(manager, 'Done');

  await manager.open('/products?q=WALK-');
  for (const sku of ['WALK-1', 'WALK-2', 'WALK-3'])
    await manager.page.getByText(sku).first().waitFor();

  await manager.open('/imports');
  await manager.page.getByRole('link', { name: 'IMP-000002' }).click();
  await manager.button('Undo the import').click();
  await dialogButton(manager, 'Undo the import').click();
  await state(manager, 'Undone');
  await manager.open('/products?q=WALK-');
  await manager.page.getByText('WALK-1').first().waitFor();
  expect(await manager.page.getByText('WALK-2').count()).toBe(0);
  expect(manager.errors).toEqual([]);
});
