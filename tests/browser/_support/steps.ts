import { Buffer } from 'node:buffer';
import type { Person } from '../../harness/browser.ts';

export const CRATE = 'Cola 300 ml, crate of 24';
export const EMPTY = 'Empty crate with 24 bottles';

/** Reads the number of the document that a page shows in its heading. */
export async function heading(person: Person, kind: string): Promise<string> {
  const number = new RegExp(`${kind}-\\d+`);
  const title = person.page.getByRole('heading', { level: 1, name: number });
  return (await title.innerText()).match(number)?.[0] ?? '';
}

/** Waits until the badge beside the heading shows a state. */
export async function state(person: Person, text: string): Promise<void> {
  const title = person.page.getByRole('heading', { level: 1 }).locator('xpath=..');
  await title.getByText(text, { exact: true }).waitFor();
}

export function select(
  person: Person,
  field: string | RegExp,
  option: { label?: string; index?: number },
) {
  return person.page.getByRole('combobox', { name: field }).selectOption(option);
}

/** Has a filter of a list let nothing through but these of its choices. */
export async function filterBy(person: Person, filter: string, ...choices: string[]) {
  const { page } = person;
  await page.getByRole('button', { name: new RegExp(`^${filter}: `) }).click();
  const open = page.getByRole('dialog', { name: filter });
  const clear = open.getByRole('button', { name: 'Clear' });
  if (await clear.isEnabled()) await clear.click();
  for (const choice of choices) await open.getByRole('checkbox', { name: choice }).check();
  await open.getByRole('button', { name: 'Done' }).click();
}

/** Presses a button that asks once more, and says yes. */
export async function confirm(person: Person, name: string): Promise<void> {
  await person.button(name).click();
  await dialogButton(person, name).click();
}

export function dialogButton(person: Person, name: string) {
  return person.page.getByRole('dialog').getByRole('button', { name, exact: true });
}

/** A signature with mouse or finger on the pad of the driver page. */
export async function sign(person: Person): Promise<void> {
  const pad = person.page.getByLabel('Signature of the receiver');
  await person.page.locator('canvas[aria-busy="false"]').waitFor();
  const { mouse } = person.page;
  // Wherever the pad is by now: figures above it may just have come.
  await pad.hover({ position: { x: 30, y: 40 } });
  await mouse.down();
  await pad.hover({ position: { x: 120, y: 70 } });
  await pad.hover({ position: { x: 200, y: 30 } });
  await mouse.up();
  await person.page.getByText('Signed.').waitFor();
}

/** A picture as a phone takes it, drawn by the browser itself. */
export async function photo(person: Person) {
  const url = await person.page.evaluate(() => {
    const canvas = document.createElement('canvas');
    canvas.width = 1600;
    canvas.height = 1200;
    const pen = canvas.getContext('2d');
    if (pen === null) throw new Error('This browser does not draw.');
    pen.fillStyle = '#135';
    pen.fillRect(200, 150, 1200, 900);
    return canvas.toDataURL('image/jpeg');
  });
  const buffer = Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
  return { name: 'crates.jpg', mimeType: 'image/jpeg', buffer };
}
