import { expect, test } from 'vitest';
import { differenceOf, type PlanShot } from '../../web/src/lib/delivery/plan_difference.ts';

const shot = (stops: [order: string, van: string | null, sequence: number | null][]): PlanShot => ({
  cost: 0,
  seconds: 0,
  metres: 0,
  vans: 0,
  late: 0,
  unassigned: 0,
  stops: stops.map(([order_id, vehicle_id, sequence]) => ({ order_id, vehicle_id, sequence })),
});

test('what rides elsewhere is told with where it was, what stays is not', () => {
  const one = shot([
    ['a', 'isuzu', 1],
    ['b', 'isuzu', 2],
    ['c', 'canter', 1],
    ['d', null, null],
  ]);
  const other = shot([
    ['a', 'isuzu', 1],
    ['b', 'canter', 2],
    ['c', 'canter', 1],
    ['d', 'isuzu', 2],
  ]);
  expect(differenceOf(one, other)).toEqual([
    {
      orderId: 'b',
      from: { vehicleId: 'isuzu', sequence: 2 },
      to: { vehicleId: 'canter', sequence: 2 },
    },
    {
      orderId: 'd',
      from: { vehicleId: null, sequence: null },
      to: { vehicleId: 'isuzu', sequence: 2 },
    },
  ]);
});

test('two stops that change places are both told', () => {
  const one = shot([
    ['a', 'isuzu', 1],
    ['b', 'isuzu', 2],
  ]);
  const other = shot([
    ['a', 'isuzu', 2],
    ['b', 'isuzu', 1],
  ]);
  expect(differenceOf(one, other).map(({ orderId }) => orderId)).toEqual(['b', 'a']);
  expect(differenceOf(one, one)).toEqual([]);
});
