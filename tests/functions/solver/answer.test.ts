import { expect, test } from 'vitest';
import { drawPlan, solve, verify } from '../../../solver/mod.ts';
import type { VroomInput, VroomSolution } from '../../../solver/mod.ts';
import { line, onALine } from './requests.ts';

async function answer(request: VroomInput): Promise<VroomSolution> {
  const solution = await solve(request, { iterations: 200 });
  expect(verify(request, solution)).toEqual([]);
  return solution;
}

test('a route has the steps, sums and loads VROOM writes', async () => {
  const request = onALine(1);
  request.vehicles[0] = {
    id: 7,
    description: 'KDA 001A',
    start_index: 0,
    end_index: 0,
    capacity: [9, 4],
    time_window: [100, 500],
  };
  request.jobs![0] = {
    id: 3,
    description: 'Mama Njeri',
    location: [36.8, -1.3],
    location_index: 1,
    delivery: [5, 0],
    pickup: [0, 2],
    setup: 4,
    service: 6,
    priority: 8,
    time_windows: [[200, 300]],
  };
  request.matrices = line(2, 5);
  const { summary, routes, unassigned } = await answer(request);
  const amounts = { delivery: [5, 0], amount: [5, 0], pickup: [0, 2] };
  const sums = { setup: 4, service: 6, duration: 20, waiting_time: 0, priority: 8, distance: 100 };
  expect(summary).toMatchObject({ cost: 20, routes: 1, unassigned: 0, ...amounts, ...sums });
  expect(unassigned).toEqual([]);
  const still = { setup: 0, service: 0, waiting_time: 0, violations: [] };
  expect(routes).toEqual([
    {
      vehicle: 7,
      cost: 20,
      description: 'KDA 001A',
      ...amounts,
      ...sums,
      violations: [],
      steps: [
        {
          type: 'start',
          location_index: 0,
          load: [5, 0],
          arrival: 190,
          duration: 0,
          distance: 0,
          ...still,
        },
        {
          type: 'job',
          description: 'Mama Njeri',
          location: [36.8, -1.3],
          location_index: 1,
          id: 3,
          job: 3,
          load: [0, 2],
          arrival: 200,
          duration: 10,
          distance: 50,
          ...still,
          setup: 4,
          service: 6,
        },
        {
          type: 'end',
          location_index: 0,
          load: [0, 2],
          arrival: 220,
          duration: 20,
          distance: 100,
          ...still,
        },
      ],
    },
  ]);
});

test('costs are fixed costs plus time and distance at their rates', async () => {
  const request = onALine(1);
  request.matrices = line(2, 100);
  request.vehicles[0]!.costs = { fixed: 50, per_hour: 1800, per_km: 3 };
  expect((await answer(request)).summary.cost).toBe(50 + 10 + 6);
});

test('a costs matrix replaces travel time as the cost', async () => {
  const request = onALine(1);
  request.matrices!['car']!.costs = [
    [0, 70],
    [5, 0],
  ];
  expect((await answer(request)).summary).toMatchObject({ cost: 75, duration: 20 });
});

test('a faster vehicle needs less time for the same way', async () => {
  const request = onALine(1);
  request.vehicles[0]!.speed_factor = 2;
  expect((await answer(request)).summary).toMatchObject({ cost: 10, duration: 10 });
});

test('a vehicle without an end stops at its last task, one without a start begins at its first', async () => {
  const request = onALine(3);
  delete request.vehicles[0]!.end_index;
  const open = await answer(request);
  expect(open.summary.cost).toBe(30);
  expect(open.routes[0]!.steps.at(-1)).toMatchObject({ type: 'end', location_index: 3 });
  request.vehicles[0] = { id: 1, end_index: 0 };
  const late = await answer(request);
  expect(late.summary.cost).toBe(30);
  expect(late.routes[0]!.steps[0]).toMatchObject({ type: 'start', location_index: 3 });
});

test('setup is due once where several tasks share a place', async () => {
  const request = onALine(2);
  for (const job of request.jobs!) Object.assign(job, { location_index: 1, setup: 60, service: 5 });
  expect((await answer(request)).summary).toMatchObject({ setup: 60, service: 10 });
});

test('a break can fall in the middle of a leg', async () => {
  const request = onALine(1);
  request.vehicles[0]!.time_window = [0, 100];
  request.vehicles[0]!.breaks = [{ id: 2, service: 30, time_windows: [[4, 4]] }];
  request.jobs![0]!.time_windows = [[40, 40]];
  const { steps } = (await answer(request)).routes[0]!;
  expect(steps.map((step) => [step.type, step.arrival, step.duration])).toEqual([
    ['start', 0, 0],
    ['break', 4, 4],
    ['job', 40, 10],
    ['end', 50, 20],
  ]);
});

test('a break waits until little enough is on board', async () => {
  const request = onALine(3);
  request.vehicles[0]!.capacity = [3];
  request.vehicles[0]!.breaks = [{ id: 1, service: 5, time_windows: [[0, 1000]], max_load: [1] }];
  for (const job of request.jobs!) job.delivery = [1];
  const { steps } = (await answer(request)).routes[0]!;
  const pause = steps.find((step) => step.type === 'break')!;
  expect(pause.load![0]).toBeLessThanOrEqual(1);
});

test('a task may be done in the second of its windows', async () => {
  const request = onALine(1);
  request.vehicles[0]!.time_window = [300, 900];
  request.jobs![0]!.time_windows = [
    [0, 200],
    [500, 600],
  ];
  const [route] = (await answer(request)).routes;
  expect(route!.steps[1]!.arrival + route!.steps[1]!.waiting_time).toBe(500);
});

test('without a matrix, travel is the great circle with a road factor at 30 km/h', async () => {
  const request: VroomInput = {
    vehicles: [{ id: 1, start: [36.8, 0] }],
    jobs: [{ id: 1, location: [36.9, 0] }],
  };
  const { summary } = await answer(request);
  // 0.1° of the equator is 11,119.5 m.
  expect(summary.distance).toBe(Math.round(11119.5 * 1.3));
  expect(summary.duration).toBe(Math.round((11119.5 * 1.3) / (30 / 3.6)));
  const roads = { factor: 1, kilometresPerHour: 60 };
  const faster = await solve(request, { iterations: 1, roads });
  expect(faster.summary).toMatchObject({ distance: 11120, duration: 667 });
});

test('profiles use their own matrices', async () => {
  const request = onALine(1);
  request.vehicles[0]!.profile = 'bike';
  request.matrices!['bike'] = {
    durations: [
      [0, 33],
      [44, 0],
    ],
  };
  expect((await answer(request)).summary.cost).toBe(77);
});

test('geometry is an encoded polyline where it is asked for, and absent elsewhere', async () => {
  const request: VroomInput = {
    vehicles: [{ id: 1, start: [-120.2, 38.5] }],
    jobs: [{ id: 1, location: [-120.95, 40.7] }],
  };
  expect((await answer(request)).routes[0]).not.toHaveProperty('geometry');
  request.options = { g: true };
  expect((await answer(request)).routes[0]!.geometry).toMatch(/^_p~iF~ps\|U_ulLnnqC/);
});

test('a plan can be drawn where it has coordinates', async () => {
  const request: VroomInput = {
    vehicles: [{ id: 1, description: 'Van <1> & "co"', start: [36.8, -1.3], end: [36.8, -1.3] }],
    jobs: [{ id: 4, location: [36.9, -1.2] }],
  };
  const picture = drawPlan(await answer(request), 'Tuesday & Wednesday')!;
  expect(picture).toContain('Tuesday &#38; Wednesday');
  expect(picture).toContain('Van &#60;1&#62; &#38; &#34;co&#34;: 1 stops');
  expect(picture.match(/<circle/g)).toHaveLength(1);
  expect(drawPlan(await answer(onALine(1)), 'no places')).toBeUndefined();
});
