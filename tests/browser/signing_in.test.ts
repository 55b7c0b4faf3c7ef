import { expect, test } from 'vitest';
import { visitor, type Person } from '../harness/browser.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

/** Tries a password and gives back what the page says to it. */
async function attempt(person: Person, password: string): Promise<string> {
  await person.page.getByLabel('Password', { exact: true }).fill(password);
  const answer = person.page.waitForResponse((response) => response.url().includes('/token'));
  await person.button('Sign in').click();
  await answer;
  return person.page.getByRole('alert').innerText();
}

test('wrong passwords are refused in words that say how long an account rests after ten of them', async () => {
  const guesser = await visitor(visit());
  await guesser.open('/sign-in');
  await guesser.page.getByLabel('E-mail').fill('viewer@acme.test');
  const words =
    'The e-mail address or the password is wrong. Check both, or reset the password. After ten wrong passwords an account rests for five minutes.';
  for (let turn = 0; turn < 10; turn += 1) {
    expect(await attempt(guesser, `guess-number-${turn}`)).toBe(words);
  }
  // The right one does not help any more, and is told nothing else.
  expect(await attempt(guesser, 'mzigo-demo-2026')).toBe(words);
  expect(guesser.errors).toEqual([]);
});
