import { expect, test } from 'vitest';
import { listUrl, oneOf, pattern, readList } from '../../web/src/lib/platform/list.ts';

const SHAPE = { sort: '-created_at', sortable: ['created_at', 'number'], filters: ['status'] };
const at = (search: string) => ({ pathname: '/orders', search });

test('a list is read from its address', () => {
  expect(readList(at('?page=3&size=50&sort=number&q=%20cola%20&status=draft'), SHAPE)).toEqual({
    page: 3,
    size: 50,
    sort: 'number',
    ascending: true,
    search: 'cola',
    filters: { status: 'draft' },
  });
});

test('what makes no sense in an address falls back to the default', () => {
  const usual = readList(at(''), SHAPE);
  expect(usual).toEqual({
    page: 1,
    size: 25,
    sort: 'created_at',
    ascending: false,
    search: '',
    filters: {},
  });
  for (const odd of ['?page=-1', '?page=1.5', '?page=1e9', '?size=7', '?sort=password', '?x=1']) {
    expect({ odd, list: readList(at(odd), SHAPE) }).toEqual({ odd, list: usual });
  }
  expect(readList(at(`?q=${'x'.repeat(500)}`), SHAPE).search).toHaveLength(100);
});

test('a filter that is not among its choices counts as none', () => {
  const states = ['draft', 'approved'] as const;
  expect(oneOf(states, 'draft')).toBe('draft');
  expect([oneOf(states, "draft'"), oneOf(states, ''), oneOf(states, undefined)]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test('a change of filter starts at page one and keeps the rest', () => {
  const address = at('?page=4&q=cola&status=draft');
  expect(listUrl(address, { status: 'approved' })).toBe('/orders?q=cola&status=approved');
  expect(listUrl(address, { page: 5 })).toBe('/orders?page=5&q=cola&status=draft');
  expect(listUrl(address, { q: null, status: '' })).toBe('/orders');
});

test('typed text cannot end the pattern that it is part of', () => {
  expect(pattern('cola')).toBe('%cola%');
  expect(pattern('a,b)or(c"\\*%')).toBe('%a_b_or_c____%');
});
