import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

const NAME = 'virtual:offline';
/** Where Kit keeps what it makes of the pages, and what became of it. */
const NODES = '.svelte-kit/generated/build/client-optimized/nodes';
const MANIFEST = '.svelte-kit/output/client/.vite/manifest.json';

/** The frame that is around every page, and the pages of those who are on the road: a driver's day, and doors. */
const PAGES = /routes\/(\+|\(app\)\/(\+(layout|error)|drive\/|doors\/walk\/))/;

/** Of what is read later: the sentences, the library that his customers sign with, help, and our own dialogs. */
const LATER =
  /^src\/lib\/catalogues\/|kit\/src\/runtime\/client\/|node_modules\/signature_pad\/|^virtual:help\/|^src\/lib\/(?!charts\/).*\.svelte$/;

interface Part {
  file: string;
  imports?: string[];
  css?: string[];
  assets?: string[];
  isEntry?: boolean;
  isDynamicEntry?: boolean;
}

/** Addresses of all that is needed on the road where there is no network. */
function filesOfTheRoad(root: string): string[] {
  const parts = JSON.parse(readFileSync(join(root, MANIFEST), 'utf8')) as Record<string, Part>;
  const pages = readdirSync(join(root, NODES))
    .filter((file) => PAGES.test(readFileSync(join(root, NODES, file), 'utf8')))
    .map((file) => `${NODES}/${file}`);
  const entries = Object.keys(parts).filter(
    (name) =>
      pages.includes(name) ||
      (parts[name]?.isEntry && !name.startsWith(NODES)) ||
      (parts[name]?.isDynamicEntry && LATER.test(name)),
  );
  const needed = new Set<string>();
  const take = (name: string) => {
    const part = parts[name];
    if (!part || needed.has(name)) return;
    needed.add(name);
    part.imports?.forEach(take);
  };
  entries.forEach(take);
  const files = [...needed].flatMap((name) => {
    const { file, css = [], assets = [] } = parts[name] as Part;
    return [file, ...css, ...assets];
  });
  return [...new Set(files)].sort().map((file) => `/${file}`);
}

/**
 * `virtual:offline`, for the service worker: what is kept on every device before anybody asks for it. Fails
 * the build when Kit keeps its parts elsewhere, so that nobody finds out on the road.
 */
export function offlineModule(): Plugin {
  let root = '';
  return {
    name: 'mzigo-offline',
    configResolved: (config) => void (root = config.root),
    resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
    load(id) {
      if (id !== `\0${NAME}`) return undefined;
      // Under `vite dev` there is no build, and no network to lose.
      const files = this.environment.mode === 'build' ? filesOfTheRoad(root) : [];
      return `export default ${JSON.stringify(files)};`;
    },
  };
}
