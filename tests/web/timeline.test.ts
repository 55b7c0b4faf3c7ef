import { beforeEach, expect, test } from 'vitest';
import {
  type Entry,
  fieldsOf,
  headOf,
  inWords,
  whoOf,
} from '../../web/src/lib/records/timeline.ts';
import { workAt } from './_support/company.ts';

beforeEach(() => workAt());

const entry = (told: Partial<Record<keyof Entry, unknown>>) =>
  ({
    actor_id: 'user-1',
    actor_name: 'Sam',
    rule: null,
    details: null,
    ...told,
  }) as unknown as Entry;

test('values are told as people here read them', () => {
  expect(inWords(null)).toBe('–');
  expect(inWords('true')).toBe('Yes');
  expect(inWords('2026-11-28')).toBe('28 Nov 2026');
  expect(inWords('2026-11-28T07:00:00+00:00')).toBe('28 Nov 2026, 10:00');
  expect(inWords('56886.40')).toBe('56,886.4');
  expect(inWords('bank_transfer')).toBe('Bank transfer');
  expect(inWords('Back door, 2nd floor')).toBe('Back door, 2nd floor');
  // Digits alone may be a code or a telephone number.
  expect(inWords('0722000444')).toBe('0722000444');
});

test('a change is told field by field, and parts of a document by how many they are', () => {
  const details = [{ field: 'vehicle_id', before: null, after: 'Canter 3 t' }];
  expect(fieldsOf(entry({ kind: 'change', details }))).toEqual([
    { field: 'Vehicle', before: '–', after: 'Canter 3 t' },
  ]);
  const parts = (before: number, after: number) =>
    headOf(entry({ kind: 'parts', details: { parts: 'order_items', before, after } }));
  expect(parts(0, 2)).toBe('Order items: 2 added');
  expect(parts(2, 0)).toBe('Order items: 2 removed');
  expect(parts(2, 2)).toBe('Order items: 2 changed');
  expect(headOf(entry({ kind: 'event', command: 'load_confirmed' }))).toBe('Load confirmed');
});

test('who did it is a person, a cause, or nobody that the reader may know', () => {
  expect(whoOf(entry({}))).toBe('Sam');
  expect(whoOf(entry({ rule: 'trip.start' }))).toBe('after “Start” of the trip');
  expect(whoOf(entry({ rule: 'auto' }))).toBe('by rule');
  expect(whoOf(entry({ actor_name: null }))).toBe('a colleague');
  expect(whoOf(entry({ actor_id: null, actor_name: null }))).toBe('the system');
});
