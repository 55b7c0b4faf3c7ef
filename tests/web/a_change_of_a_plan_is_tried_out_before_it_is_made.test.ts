import { expect, test } from 'vitest';
import type { VroomInput } from '../../solver/mod.ts';
import { tryOut } from '../../web/src/lib/delivery/plan_trial.ts';

/** The depot and two places: one ten minutes away, the other ten minutes behind it. */
const PROBLEM: VroomInput = {
  jobs: [
    { id: 1, location: [36.8, -1.2], location_index: 1, service: 600, delivery: [1] },
    {
      id: 2,
      location: [36.9, -1.2],
      location_index: 2,
      service: 600,
      delivery: [1],
      time_windows: [[1000, 1500]],
    },
  ],
  vehicles: [1, 2].map((id) => ({
    id,
    start: [36.7, -1.2],
    end: [36.7, -1.2],
    start_index: 0,
    end_index: 0,
    capacity: [10],
    time_window: [0, 36_000],
    breaks: [{ id: 1, service: 1800, time_windows: [[18_000, 25_200]] }],
  })),
  matrices: {
    car: {
      durations: [
        [0, 600, 1200],
        [600, 0, 600],
        [1200, 600, 0],
      ],
      distances: [
        [0, 5000, 10_000],
        [5000, 0, 5000],
        [10_000, 5000, 0],
      ],
    },
  },
};

test('a stop that goes behind another costs only the way beyond that one', async () => {
  const trial = await tryOut(PROBLEM, new Map([[1, [1]]]), new Map([[1, [1, 2]]]));
  expect(trial).toEqual({ cost: 1200, metres: 10_000, late: 1 });
});

test('a stop that goes to another van is served in time', async () => {
  const trial = await tryOut(
    PROBLEM,
    new Map([[1, [1, 2]]]),
    new Map([
      [1, [1]],
      [2, [2]],
    ]),
  );
  expect(trial).toEqual({ cost: 1200, metres: 10_000, late: 0 });
});

test('a plan without a stop costs nothing', async () => {
  expect(await tryOut(PROBLEM, new Map(), new Map([[1, []]]))).toEqual({
    cost: 0,
    metres: 0,
    late: 0,
  });
});
