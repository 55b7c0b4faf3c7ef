import fc from 'fast-check';
import { expect, test } from 'vitest';
import { solve, verify } from '../../../solver/mod.ts';
import type { VroomInput, VroomRoute, VroomVehicleStep } from '../../../solver/mod.ts';
import { build, features } from './instances.ts';
import { onALine } from './requests.ts';

async function plan(request: VroomInput): Promise<VroomRoute[]> {
  request.options = { c: true };
  const solution = await solve(request);
  expect(verify(request, solution)).toEqual([]);
  return solution.routes;
}

function allJobs(request: VroomInput): VroomVehicleStep[] {
  return request.jobs!.map((job) => ({ type: 'job', id: job.id }));
}

test('the given order is kept, however long it is', async () => {
  const request = onALine(3);
  request.vehicles[0]!.steps = [3, 1, 2].map((id) => ({ type: 'job', id }));
  const [route] = await plan(request);
  expect(route!.steps.map((step) => step.id)).toEqual([undefined, 3, 1, 2, undefined]);
  expect([route!.duration, route!.violations]).toEqual([80, []]);
});

test('the vehicle leaves as late as its first window allows', async () => {
  const request = onALine(2);
  request.jobs![0]!.time_windows = [[500, 600]];
  request.vehicles[0]!.steps = allJobs(request);
  const [route] = await plan(request);
  expect(route!.steps.map((step) => step.arrival)).toEqual([490, 500, 510, 530]);
});

test('being late is reported where it happens and summed up for the route', async () => {
  const request = onALine(2);
  request.jobs![0]!.time_windows = [[100, 100]];
  request.jobs![1]!.time_windows = [[0, 103]];
  request.vehicles[0]!.steps = allJobs(request);
  const [route] = await plan(request);
  const total = route!.violations.reduce((sum, violation) => sum + violation.duration!, 0);
  expect(total).toBe(7);
});

test('coming a little too early is chosen over making everything behind it late', async () => {
  const request = onALine(3);
  request.jobs![0]!.time_windows = [[100, 200]];
  request.jobs![1]!.time_windows = [[0, 105]];
  request.jobs![2]!.time_windows = [[0, 115]];
  request.vehicles[0]!.steps = allJobs(request);
  const [route] = await plan(request);
  expect(route!.violations).toEqual([{ cause: 'lead_time', duration: 5 }]);
  expect(route!.steps[1]!.violations).toEqual([{ cause: 'lead_time', duration: 5 }]);
});

test('a shift that is too short shows as lead time or delay of its ends', async () => {
  const request = onALine(1);
  request.vehicles[0]!.time_window = [100, 115];
  request.vehicles[0]!.steps = allJobs(request);
  const [route] = await plan(request);
  expect(route!.violations.map((v) => v.duration)).toEqual([5]);
});

test('service_at, service_after and service_before fix the times', async () => {
  const request = onALine(3);
  request.vehicles[0]!.steps = [
    { type: 'start' },
    { type: 'job', id: 1, service_after: 50 },
    { type: 'job', id: 2, service_at: 90 },
    { type: 'job', id: 3, service_before: 100 },
    { type: 'end' },
  ];
  const [route] = await plan(request);
  const begins = route!.steps.map((step) => step.arrival + step.waiting_time);
  expect(begins.slice(1, 4)).toEqual([80, 90, 100]);
});

test('times that cannot be kept are refused as VROOM refuses them', async () => {
  const request = onALine(2);
  request.options = { c: true };
  request.vehicles[0]!.steps = [
    { type: 'job', id: 1, service_at: 20 },
    { type: 'job', id: 2, service_at: 25 },
  ];
  await expect(solve(request)).rejects.toThrow('Infeasible route for vehicle 1.');
});

test('loads, skills, task count, range and order are reported, not refused', async () => {
  const request = onALine(2);
  request.vehicles[0]!.capacity = [3];
  request.jobs!.forEach((job) => (job.delivery = [2]));
  request.jobs![0]!.skills = [4];
  request.vehicles[0]!.max_tasks = 3;
  request.vehicles[0]!.max_travel_time = 50;
  request.shipments = [
    { pickup: { id: 1, location_index: 1 }, delivery: { id: 2, location_index: 2 } },
  ];
  request.vehicles[0]!.steps = [
    { type: 'job', id: 1 },
    { type: 'delivery', id: 2 },
    { type: 'job', id: 2 },
    { type: 'pickup', id: 1 },
  ];
  const [route] = await plan(request);
  const causes = route!.steps.map((step) => step.violations.map((v) => v.cause));
  expect(causes).toEqual([
    ['load'],
    ['skills'],
    ['precedence'],
    [],
    ['max_tasks', 'precedence'],
    [],
  ]);
  expect(new Set(route!.violations.map((v) => v.cause))).toEqual(
    new Set(['load', 'skills', 'precedence', 'max_tasks']),
  );
});

test('a break that no step names is reported for the route', async () => {
  const request = onALine(1);
  request.vehicles[0]!.breaks = [{ id: 1, service: 5, time_windows: [[0, 100]] }];
  request.vehicles[0]!.steps = allJobs(request);
  const [route] = await plan(request);
  expect(route!.violations).toEqual([{ cause: 'missing_break' }]);
});

test('tasks that no step names are left out, without a reason', async () => {
  const request = onALine(2);
  request.options = { c: true };
  request.vehicles[0]!.steps = [{ type: 'job', id: 2 }];
  const { unassigned } = await solve(request);
  expect(unassigned).toEqual([{ id: 1, type: 'job', location_index: 1 }]);
});

/** The break comes at the very end of a leg, where the clock's seconds are one more than the way's. */
const BREAK_AT_THE_END = {
  seed: 3,
  jobs: 3,
  shipments: 0,
  vehicles: 2,
  amounts: 0,
  travel: 'costs' as const,
  oneWay: false,
  windows: false,
  severalWindows: false,
  shifts: false,
  setup: false,
  skills: true,
  priorities: true,
  breaks: true,
  breakLoads: false,
  maxTasks: true,
  maxTravel: true,
  maxDistance: true,
  ownCosts: true,
  speeds: true,
  openStart: false,
  openEnd: false,
  noWay: false,
  sharedPlaces: false,
  closed: false,
};

test('any plan the solver makes can be planned again without a violation', async () => {
  const some = features({ jobs: 8, shipments: 3, vehicles: 3 });
  await fc.assert(
    fc.asyncProperty(some, async (f) => {
      const request = build(f);
      const solved = await solve(request, { iterations: 40 });
      for (const route of solved.routes) {
        const vehicle = request.vehicles.find((v) => v.id === route.vehicle)!;
        vehicle.steps = route.steps.map(({ type, id }) => ({
          type,
          ...(id !== undefined && { id }),
        }));
      }
      request.options = { c: true };
      const again = await solve(request);
      expect(verify(request, again)).toEqual([]);
      expect(again.summary.violations).toEqual([]);
      // Other times of day round other fractions of a second where speeds differ.
      if (!f.speeds) expect(again.summary.cost).toBe(solved.summary.cost);
    }),
    { numRuns: 150, examples: [[BREAK_AT_THE_END]] },
  );
}, 60_000);

test('whatever routes are given, the verifier finds the violations that are reported', async () => {
  const some = features({ jobs: 8, shipments: 3, vehicles: 3 });
  await fc.assert(
    fc.asyncProperty(
      some,
      fc.array(fc.nat(), { minLength: 20, maxLength: 20 }),
      async (f, order) => {
        const request = build({ ...f, noWay: false });
        const steps: VroomVehicleStep[] = [
          ...request.jobs!.map((job) => ({ type: 'job' as const, id: job.id })),
          ...request.shipments!.flatMap((shipment) => [
            { type: 'pickup' as const, id: shipment.pickup.id },
            { type: 'delivery' as const, id: shipment.delivery.id },
          ]),
        ].sort((a, b) => order[a.id]! - order[b.id]!);
        request.vehicles.forEach((vehicle, v) => {
          const own = steps.filter((_, i) => (order[i % 20]! + i) % request.vehicles.length === v);
          const breaks = (vehicle.breaks ?? []).slice(0, order[v]! % 3);
          const at = own.length === 0 ? 0 : order[v]! % own.length;
          own.splice(at, 0, ...breaks.map((b) => ({ type: 'break' as const, id: b.id })));
          vehicle.steps = own;
        });
        request.options = { c: true };
        expect(verify(request, await solve(request))).toEqual([]);
      },
    ),
    { numRuns: 300 },
  );
}, 60_000);
