import { expect, test } from 'vitest';
import { happeningsOf, placeAt } from '../../web/src/lib/delivery/replay.ts';

const at = (clock: string) => `2026-11-28T${clock}:00Z`;
const moment = (clock: string) => Date.parse(at(clock));

test('a trip is told in the order in which it happened', () => {
  const stop = { arrived_at: null, left_at: null, near_at: null };
  const told = happeningsOf({
    started_at: at('06:00'),
    completed_at: at('11:00'),
    cancelled_at: null,
    warehouses: { name: 'Nairobi depot' },
    trip_stops: [
      {
        ...stop,
        id: 'one',
        status: 'delivered',
        customers: { name: 'Second' },
        arrived_at: at('09:00'),
        left_at: at('09:10'),
      },
      {
        ...stop,
        id: 'two',
        status: 'failed',
        customers: { name: 'First' },
        near_at: at('07:00'),
        left_at: at('07:10'),
      },
    ],
  });
  expect(told.map(({ state, where }) => `${state} ${where}`.trim())).toEqual([
    'in_progress Nairobi depot',
    'near First',
    'failed First',
    'arrived Second',
    'delivered Second',
    'completed',
  ]);
});

test('a trip that was cancelled before it left has no way', () => {
  expect(
    happeningsOf({
      started_at: null,
      completed_at: null,
      cancelled_at: at('05:00'),
      warehouses: null,
      trip_stops: [],
    }),
  ).toEqual([]);
});

test('the van is where it was last seen, for a quarter of an hour', () => {
  const way = ['06:00', '06:05', '07:00'].map((clock) => ({ happened_at: at(clock) }));
  expect(placeAt(way, moment('05:59'))).toBeNull();
  expect(placeAt(way, moment('06:04'))).toBe(way[0]);
  expect(placeAt(way, moment('06:20'))).toBe(way[1]);
  expect(placeAt(way, moment('06:21'))).toBeNull();
  expect(placeAt(way, moment('07:30'))).toBeNull();
  expect(placeAt(way, moment('07:00'))).toBe(way[2]);
});
