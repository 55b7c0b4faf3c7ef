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

/** Judges the page in the light and then, for what a theme can break, in the dark. */
function run(person: Person, exclude: string[]): Promise<string[]> {
  return person.page.evaluate(
    async ([rules, colours, without]) => {
      const { axe: judge } = window as unknown as { axe: typeof axe };
      const { classList } = document.documentElement;
      const found: string[] = [];
      for (const [theme, only] of [
        ['light', rules],
        ['dark', colours],
      ] as const) {
        classList.toggle('dark', theme === 'dark');
        const { violations } = await judge.run(
          without.length > 0 ? { exclude: without } : document,
          {
            runOnly: only,
            resultTypes: ['violations'],
          },
        );
        for (const rule of violations) {
          for (const node of rule.nodes) {
            found.push(`${theme}: ${rule.id} at ${node.target.join(' ')}`);
          }
        }
      }
      classList.remove('dark');
      return found;
    },
    [WCAG, COLOURS, exclude] as const,
  );
}

/**
 * What axe finds on the page as it stands, in both sizes and both themes.
 * @param isFramed whether what is around every page was judged on another: mostly it is the larger part.
 */
export async function violationsOf(person: Person, isFramed = false): Promise<string[]> {
  const found: string[] = [];
  for (const [screen, viewport] of Object.entries(SCREENS)) {
    await person.page.setViewportSize(viewport);
    const broken = await run(person, isFramed ? ['[data-frame]'] : []);
    found.push(...broken.map((text) => `${screen}, ${text}`));
  }
  return found;
}
