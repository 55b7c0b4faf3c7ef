import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import { SCREENS, type Person } from '../../harness/browser.ts';

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const WCAG: axe.RunOnly = {
  type: 'tag',
  values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
};
/** What a theme can break; everything else was judged in the other theme already. */
const COLOURS: axe.RunOnly = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] };

/** Puts axe into every page that these people open from now on. */
export function bringAxe(person: Person): Promise<unknown> {
  return person.context.addInitScript(SOURCE);
}

function run(person: Person, runOnly: axe.RunOnly): Promise<string[]> {
  return person.page.evaluate(async (only) => {
    const { axe: judge } = window as unknown as { axe: typeof axe };
    const { violations } = await judge.run(document, {
      runOnly: only,
      resultTypes: ['violations'],
    });
    return violations.flatMap((rule) =>
      rule.nodes.map((node) => `${rule.id} at ${node.target.join(' ')}`),
    );
  }, runOnly);
}

/** What axe finds on the page as it stands, in both sizes and both themes. */
export async function violationsOf(person: Person): Promise<string[]> {
  const found: string[] = [];
  for (const [screen, viewport] of Object.entries(SCREENS)) {
    await person.page.setViewportSize(viewport);
    for (const theme of ['light', 'dark'] as const) {
      await person.page.emulateMedia({ colorScheme: theme });
      await person.page.locator(`html${theme === 'dark' ? '.dark' : ':not(.dark)'}`).waitFor();
      const broken = await run(person, theme === 'light' ? WCAG : COLOURS);
      found.push(...broken.map((text) => `${screen}, ${theme}: ${text}`));
    }
  }
  return found;
}
