import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DOCUMENTS } from '../../web/src/lib/documents.ts';
import * as choices from '../../web/src/lib/choices.ts';

const SOURCES = join(import.meta.dirname, '../../web/src');
const GENERATED = ['choices.ts', 'database.types.ts', 'documents.ts'];

/** What people may know of a document's states, and of every other state there is. */
const SETS = [
  ...Object.values(DOCUMENTS).map(({ states }) => Object.keys(states)),
  ...Object.entries(choices)
    .filter(([name]) => name.endsWith('_STATUS'))
    .map(([, values]) => [...values]),
];

const LIST = /\[((?:\s*'[a-z_]+'\s*,?)+)\s*\]/g;
const CHAIN = /(?:[.\w]*status\s*===?\s*'[a-z_]+'\s*\|\|\s*)+[.\w]*status\s*===?\s*'[a-z_]+'/g;

/** Lists of two states or more that stand in a source, in brackets or as a chain of comparisons. */
function copiedLists(text: string): string[] {
  const found = [...text.matchAll(LIST), ...text.matchAll(CHAIN)].map(([list]) => list);
  return found.filter((list) => {
    const words = [...list.matchAll(/'([a-z_]+)'/g)].map((match) => match[1] ?? '');
    return words.length > 1 && SETS.some((states) => words.every((word) => states.includes(word)));
  });
}

test('the portal keeps no list of states of its own', () => {
  const offenders = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ts|svelte)$/.test(file) && !GENERATED.some((name) => file.endsWith(name)))
    .flatMap((file) =>
      copiedLists(readFileSync(join(SOURCES, file), 'utf8')).map((list) => `${file}: ${list}`),
    );
  expect(offenders).toEqual([]);
});

test('a list of states is found in brackets and as a chain of comparisons', () => {
  expect(copiedLists(`if (['draft', 'planned'].includes(trip.status)) {}`)).toHaveLength(1);
  expect(copiedLists(`stop.status === 'delivered' || stop.status === 'failed'`)).toHaveLength(1);
  expect(copiedLists(`['approve', 'reject'].includes(name) || order.status === 'draft'`)).toEqual(
    [],
  );
});
