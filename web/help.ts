import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { marked } from 'marked';
import type { Plugin } from 'vite';

const FOLDER = join(import.meta.dirname, '../docs/help');

/** The parts of a file of help as HTML, by the address of their page. */
export function helpParts(markdown: string): Record<string, string> {
  const parts = markdown.split(/^## (\/\S*)$/m).slice(1);
  return Object.fromEntries(
    parts.flatMap((part, at) =>
      at % 2 === 0 ? [[part, marked.parse((parts[at + 1] ?? '').trim(), { async: false })]] : [],
    ),
  );
}

/** `virtual:help/en`: the help of every page, from `docs/help/`, made to HTML when the portal is built. */
export function helpModules(): Plugin {
  const name = /^virtual:help\/([a-z]{2})$/;
  return {
    name: 'mzigo-help',
    resolveId: (id) => (name.test(id) ? `\0${id}` : undefined),
    load(id) {
      const language = id.startsWith('\0') ? name.exec(id.slice(1))?.[1] : undefined;
      if (!language) return undefined;
      const file = join(FOLDER, `${language}.md`);
      this.addWatchFile(file);
      return `export default ${JSON.stringify(helpParts(readFileSync(file, 'utf8')))};`;
    },
  };
}
