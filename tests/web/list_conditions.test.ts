import { expect, test } from 'vitest';
import {
  type Condition,
  conditionsOf,
  type Filter,
  narrow,
  pattern,
  relationsOf,
  valueInWords,
} from '../../web/src/lib/platform/filters.ts';
import { statesMean } from '../../web/src/lib/workflow/documents.ts';

/** Writes down what a query is asked. */
function recorder() {
  const asked: unknown[][] = [];
  const query: unknown = new Proxy(
    {},
    {
      get:
        (_, method: string) =>
        (...args: unknown[]) => {
          asked.push([method, ...args]);
          return query;
        },
    },
  );
  return { asked, query };
}

function askedBy(...conditions: Condition[]): unknown[][] {
  const { asked, query } = recorder();
  narrow(query, conditions);
  return asked;
}

const text: Filter = { name: 'note', label: 'Note', kind: 'text', optional: true };
const total: Filter = { name: 'total', label: 'Total', kind: 'number' };
const taken: Filter = { name: 'taken', label: 'Taken', kind: 'moment', column: 'created_at' };
const flag: Filter = { name: 'hold', label: 'On hold', kind: 'flag', yes: 'Yes', no: 'No' };

test('each kind of filter asks for what its value says', () => {
  expect(conditionsOf(text, 'cola')).toEqual([{ column: 'note', like: '%cola%' }]);
  expect(conditionsOf(text, 'is_empty')).toEqual([{ column: 'note', empty: true }]);
  expect(conditionsOf(text, 'is_filled')).toEqual([{ column: 'note', empty: false }]);
  expect(conditionsOf(total, '10..20')).toEqual([{ column: 'total', from: '10', to: '20' }]);
  expect(conditionsOf(total, '..20')).toEqual([{ column: 'total', to: '20' }]);
  expect(conditionsOf(flag, 'no')).toEqual([{ column: 'hold', is: false }]);
  expect(conditionsOf(flag, 'yes,no')).toEqual([]);
});

test('days of moments are those of the company, the last one to its end', () => {
  expect(conditionsOf(taken, '2026-11-20..2026-11-20')).toEqual([
    {
      column: 'created_at',
      from: '2026-11-19T21:00:00.000Z',
      below: '2026-11-20T21:00:00.000Z',
    },
  ]);
});

test('states are asked for in the words that their indexes understand', () => {
  expect(statesMean('order', ['draft', 'approved'])).toEqual([
    { column: 'status', in: ['draft', 'approved'] },
    { column: 'is_done', is: false },
  ]);
  expect(statesMean('order', ['delivered'])).toContainEqual({ column: 'is_done', is: true });
  expect(statesMean('order', ['draft', 'delivered'])).toHaveLength(1);
  expect(statesMean('customer', ['draft'])).toHaveLength(1);
});

test('a query is narrowed by conditions of every kind', () => {
  expect(
    askedBy(
      { column: 'status', in: ['a', 'b'] },
      { column: 'hold', is: true },
      { column: 'note', empty: true },
      { column: 'note', empty: false },
      { column: 'total', from: '1', to: '2' },
      { column: 'at', from: '1', below: '2' },
    ),
  ).toEqual([
    ['in', 'status', ['a', 'b']],
    ['is', 'hold', true],
    ['is', 'note', null],
    ['not', 'note', 'is', null],
    ['gte', 'total', '1'],
    ['lte', 'total', '2'],
    ['gte', 'at', '1'],
    ['lt', 'at', '2'],
  ]);
});

test('one of several conditions is one filter, without those that nothing can fulfil', () => {
  const any = [
    { any: [{ column: 'name', like: '%x%' }] },
    { column: 'id', in: ['1', '2'] },
    { column: 'number', in: [] },
  ];
  expect(askedBy({ any })).toEqual([['or', 'or(name.ilike.%x%),id.in.(1,2)']]);
});

test('a condition on rows of another table leads there by its relation', () => {
  const stops = { has: 'trip_stops', own: 'id', their: 'trip_id' };
  const where = [{ column: 'customer_id', in: ['1'] }];
  const far = { ...stops, path: 'trips(trip_stops)' };
  const conditions = [
    { ...stops, where },
    { ...far, where },
  ];
  expect(relationsOf(conditions)).toBe(
    'had0:trip_stops!inner(),had1:trips!inner(trip_stops!inner())',
  );
  expect(askedBy(...conditions)).toEqual([
    ['in', 'had0.customer_id', ['1']],
    ['in', 'had1.trip_stops.customer_id', ['1']],
  ]);
});

test('a value is said in words', () => {
  expect(valueInWords(total, '10..')).toBe('from 10');
  expect(valueInWords(total, '..10')).toBe('until 10');
  expect(valueInWords(total, '10..20')).toBe('10 – 20');
  expect(valueInWords(text, 'is_empty')).toBe('empty');
  expect(valueInWords(flag, 'yes,no')).toBe('Yes +1');
});

test('typed text cannot end the pattern that it is part of', () => {
  expect(pattern('cola')).toBe('%cola%');
  expect(pattern('a,b)or(c"\\*%')).toBe('%a_b_or_c____%');
});
