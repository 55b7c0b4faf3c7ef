import { expect, test } from 'vitest';
import type { Filter } from '../../web/src/lib/platform/filters.ts';
import { isGrouping, type ListShape, listUrl, readList } from '../../web/src/lib/platform/list.ts';

const CUSTOMER = '0197a2b3-0000-7000-8000-000000000001';
const OTHER = '0197a2b3-0000-7000-8000-000000000002';
const record: Filter = {
  name: 'customer',
  label: 'Customer',
  kind: 'record',
  column: 'customer_id',
  search: () => Promise.resolve([]),
  find: () => Promise.resolve(null),
};
const SHAPE: ListShape = {
  table: 'orders',
  sort: '-created_at',
  sortable: ['created_at', 'number'],
  filters: [
    {
      name: 'status',
      label: 'Status',
      kind: 'choice',
      options: ['draft', 'approved', 'done'].map((value) => ({ value, label: value })),
    },
    { name: 'active', label: 'State', kind: 'flag', yes: 'Active', no: 'Retired' },
    record,
    { name: 'note', label: 'Note', kind: 'text', optional: true },
    { name: 'total', label: 'Total', kind: 'number' },
    { name: 'taken', label: 'Taken', kind: 'moment' },
  ],
};
const at = (search: string) => ({ pathname: '/orders', search });

test('a list is read from its address', () => {
  expect(
    readList(at('?page=3&size=50&sort=number&q=%20cola%20&status=draft&group=status'), SHAPE),
  ).toEqual({
    page: 3,
    size: 50,
    sort: 'number',
    ascending: true,
    search: 'cola',
    filters: { status: 'draft' },
    group: 'status',
    ignored: [],
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
    group: '',
    ignored: [],
  });
  for (const odd of [
    '?page=-1',
    '?page=1.5',
    '?page=1e9',
    '?size=7',
    '?sort=password',
    '?x=1',
    '?group=total',
    '?group=x',
  ]) {
    expect({ odd, list: readList(at(odd), SHAPE) }).toEqual({ odd, list: usual });
  }
  expect(readList(at(`?q=${'x'.repeat(500)}`), SHAPE).search).toHaveLength(100);
});

test('a filter has several choices, each of them once', () => {
  const { filters } = readList(
    at(`?status=draft,done,draft&customer=${CUSTOMER},${OTHER}&active=no`),
    SHAPE,
  );
  expect(filters).toEqual({
    status: 'draft,done',
    customer: `${CUSTOMER},${OTHER}`,
    active: 'no',
  });
});

test('ranges are open at either end, and one value is a range of itself', () => {
  const read = (search: string) => readList(at(search), SHAPE).filters;
  expect(read('?total=10..20.5&taken=2026-11-01..2026-11-30')).toEqual({
    total: '10..20.5',
    taken: '2026-11-01..2026-11-30',
  });
  expect(read('?total=..-5&taken=2026-11-01..')).toEqual({ total: '..-5', taken: '2026-11-01..' });
  expect(read('?total=7')).toEqual({ total: '7..7' });
});

test('what a filter does not understand is ignored and named, and the rest of it holds', () => {
  const list = readList(
    at(
      '?status=draft,lost&customer=1&total=much&taken=2026-02-30..&active=is_empty&note=is_filled',
    ),
    SHAPE,
  );
  expect(list.filters).toEqual({ status: 'draft', note: 'is_filled' });
  expect(list.ignored).toEqual([
    'Status: lost',
    'State: is_empty',
    'Customer: 1',
    'Total: much',
    'Taken: 2026-02-30..',
  ]);
});

test('rows are grouped by what has values, not by texts and ranges', () => {
  expect(SHAPE.filters.filter(isGrouping).map((filter) => filter.name)).toEqual([
    'status',
    'active',
    'customer',
  ]);
  const through = { has: 'trip_stops', own: 'id', their: 'trip_id' };
  expect(isGrouping({ ...record, through })).toBe(false);
});

test('a change of filter starts at page one and keeps the rest', () => {
  const address = at('?page=4&q=cola&status=draft');
  expect(listUrl(address, { status: 'approved' })).toBe('/orders?q=cola&status=approved');
  expect(listUrl(address, { page: 5 })).toBe('/orders?page=5&q=cola&status=draft');
  expect(listUrl(address, { q: null, status: '' })).toBe('/orders');
});
