import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

interface Locked {
  version?: string;
  resolved?: string;
  link?: boolean;
  os?: string[];
  cpu?: string[];
  optional?: boolean;
  optionalDependencies?: Record<string, string>;
}

const { packages } = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', '..', 'package-lock.json'), 'utf8'),
) as { packages: Record<string, Locked> };

/** Where Node finds a package from another one's folder. */
function found(from: string, name: string): Locked | undefined {
  for (
    let folder = from;
    ;
    folder = folder.slice(0, Math.max(folder.lastIndexOf('/node_modules/'), 0))
  ) {
    const entry = packages[`${folder === '' ? '' : `${folder}/`}node_modules/${name}`];
    if (entry || folder === '') return entry;
  }
}

/**
 * npm leaves out what the registry at hand does not have for another platform; then `npm ci` refuses and
 * `npm install` writes the file anew. Such an entry is written by hand: version, cpu, os, optional.
 */
test('the lockfile names the packages of every platform', () => {
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => !found(path, name)),
  );
  expect(missing).toEqual([]);
});

test('a package that only another platform can use is never fetched here', () => {
  const unbound = Object.entries(packages)
    .filter(([, it]) => it.optional && !('integrity' in it) && !it.link && !it.cpu)
    .map(([path]) => path);
  expect(unbound).toEqual([]);
});

test('the lockfile knows no registry', () => {
  const named = Object.entries(packages).filter(([, { resolved, link }]) => resolved && !link);
  expect(named.map(([path]) => path)).toEqual([]);
});
