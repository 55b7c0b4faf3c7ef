import { expect, test } from 'vitest';
import { type Compared, differences, merged } from '../../web/src/lib/platform/compare.ts';

interface Entry {
  name: string;
  limit: number | null;
  isActive: boolean;
  lines: { key: number; product: string }[];
  key: number;
}

const parts: Compared<Entry> = {
  name: 'Name',
  limit: 'Limit',
  isActive: 'In use',
  lines: ['Lines', (lines) => lines.map((line) => line.product).join(', ')],
  key: false,
};
const was: Entry = {
  name: 'Shop',
  limit: 5,
  isActive: true,
  lines: [{ key: 1, product: 'Cola' }],
  key: 1,
};

test('only parts that read otherwise are differences, and who left one alone has nothing to lose', () => {
  const mine = { ...was, name: 'My shop', limit: null, key: 2 };
  const theirs = {
    ...was,
    name: 'Their shop',
    isActive: false,
    lines: [{ key: 9, product: 'Cola' }],
  };
  expect(differences(parts, { was, mine, theirs })).toEqual([
    {
      key: 'name',
      label: 'Name',
      was: 'Shop',
      mine: 'My shop',
      theirs: 'Their shop',
      usual: 'mine',
    },
    { key: 'limit', label: 'Limit', was: '5', mine: '–', theirs: '5', usual: 'mine' },
    { key: 'isActive', label: 'In use', was: 'Yes', mine: 'Yes', theirs: 'No', usual: 'theirs' },
  ]);
});

test('what is chosen stands, and everything else is mine', () => {
  const mine = { ...was, name: 'My shop', key: 2 };
  const theirs = { ...was, name: 'Their shop', isActive: false };
  expect(merged(mine, theirs, { isActive: 'theirs', name: 'mine' })).toEqual({
    ...mine,
    isActive: false,
  });
  expect(merged(['a', 'b'], ['c', 'd'], { 1: 'theirs' })).toEqual(['a', 'd']);
});
