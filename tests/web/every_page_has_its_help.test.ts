import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { helpParts } from '../../web/help.ts';
import { partFor } from '../../web/src/lib/help/help.ts';
import { sections } from '../../web/src/lib/navigation.ts';

const partsIn = (language: string) =>
  helpParts(readFileSync(join(import.meta.dirname, `../../docs/help/${language}.md`), 'utf8'));
const english = partsIn('en');
const swahili = partsIn('sw');
const pages = sections.flatMap(({ destinations }) => destinations.map(({ href }) => href));

test('every page of the navigation has a part of its own, in both languages', () => {
  expect(pages.filter((page) => !english[page])).toEqual([]);
  expect(pages.filter((page) => !swahili[page])).toEqual([]);
});

test('both languages have the same parts, with as many points', () => {
  const shape = (parts: Record<string, string>) =>
    Object.entries(parts).map(([page, html]) => `${page} ${html.split('<li>').length - 1}`);
  expect(shape(swahili)).toEqual(shape(english));
});

test('a page without a part has that of the nearest page above it', () => {
  const parts = { '/': 'all', '/stock': 'stock', '/stock/counts': 'counts' };
  expect(partFor(parts, '/stock/counts/1234')).toBe('counts');
  expect(partFor(parts, '/stock/transfers')).toBe('stock');
  expect(partFor(parts, '/unheard/of')).toBe('all');
});
