import { beforeAll, expect, test } from 'vitest';
import { solve, verify } from '../../../solver/mod.ts';
import type { VroomInput, VroomRoute, VroomSolution } from '../../../solver/mod.ts';
import { line } from './requests.ts';

/** Two vans, jobs with windows and skills, a shipment, a break: something of everything. */
function request(): VroomInput {
  return {
    vehicles: [
      {
        id: 1,
        start_index: 0,
        end_index: 0,
        capacity: [6],
        skills: [1],
        time_window: [0, 1000],
        breaks: [{ id: 5, service: 30, time_windows: [[100, 300]] }],
        max_tasks: 5,
      },
      { id: 2, start_index: 0, end_index: 0, capacity: [6], max_travel_time: 200 },
    ],
    jobs: [1, 2, 3, 4].map((id) => ({
      id,
      location_index: id,
      delivery: [2],
      setup: 3,
      service: 7,
      ...(id === 2 && { skills: [1] }),
      ...(id === 3 && { time_windows: [[120, 200]] as [number, number][] }),
    })),
    shipments: [
      { pickup: { id: 1, location_index: 2 }, delivery: { id: 1, location_index: 5 }, amount: [1] },
    ],
    matrices: line(6, 10),
  };
}

let good: VroomSolution;
beforeAll(async () => {
  good = await solve(request(), { iterations: 200 });
});

test('a plan of the solver has no faults', () => {
  expect(verify(request(), good)).toEqual([]);
  expect(good.summary.unassigned).toBe(0);
});

const routeWith = (plan: VroomSolution, type: string): VroomRoute =>
  plan.routes.find((route) => route.steps.some((step) => step.type === type))!;

/** One wrong thing each; the verifier has to find every one of them. */
const DAMAGES: [string, (plan: VroomSolution, input: VroomInput) => void][] = [
  ['a task lost', (p) => p.routes[0]!.steps.splice(1, 1)],
  ['a task done twice', (p) => p.routes[0]!.steps.splice(1, 0, p.routes[0]!.steps[1]!)],
  [
    'a task both done and left out',
    (p) => p.unassigned.push({ id: 1, type: 'job', reason: 'skills' }),
  ],
  ['an unknown vehicle', (p) => (p.routes[0]!.vehicle = 9)],
  ['a wrong cost', (p) => p.routes[0]!.cost++],
  ['a wrong summary', (p) => p.summary.cost++],
  ['a wrong arrival', (p) => p.routes[0]!.steps[1]!.arrival++],
  ['a wrong load', (p) => p.routes[0]!.steps[1]!.load![0]!++],
  ['a wrong distance', (p) => p.routes[0]!.steps[1]!.distance!++],
  ['a wrong setup', (p) => p.routes[0]!.steps[1]!.setup++],
  [
    'a missing break',
    (p) => {
      const { steps } = routeWith(p, 'break');
      steps.splice(
        steps.findIndex((step) => step.type === 'break'),
        1,
      );
    },
  ],
  ['a violation nobody has', (p) => p.routes[0]!.steps[1]!.violations.push({ cause: 'skills' })],
  ['a route without an end', (p) => p.routes[0]!.steps.pop()],
  [
    'a delivery before its pickup',
    (p) => {
      const { steps } = routeWith(p, 'pickup');
      const a = steps.findIndex((step) => step.type === 'pickup');
      const b = steps.findIndex((step) => step.type === 'delivery');
      [steps[a], steps[b]] = [steps[b]!, steps[a]!];
    },
  ],
  ['a capacity that is too small', (_, input) => (input.vehicles[0]!.capacity = [1])],
  ['a skill that is missing', (_, input) => (input.vehicles[0]!.skills = [])],
  ['a window that is over', (_, input) => (input.jobs![2]!.time_windows = [[0, 20]])],
  ['a shift that is over', (_, input) => (input.vehicles[0]!.time_window = [0, 40])],
  ['too many tasks', (_, input) => (input.vehicles[0]!.max_tasks = 1)],
  ['too much travel', (_, input) => input.vehicles.forEach((v) => (v.max_travel_time = 10))],
  ['too far a way', (_, input) => input.vehicles.forEach((v) => (v.max_distance = 10))],
  [
    'a leg that does not exist',
    (_, input) => input.matrices!['car']!.durations!.forEach((row) => row.fill(4294967295)),
  ],
  ['a break with too much on board', (_, input) => (input.vehicles[0]!.breaks![0]!.max_load = [0])],
];

test.each(DAMAGES)('%s is found', (_, damage) => {
  const plan = structuredClone(good);
  const input = request();
  damage(plan, input);
  expect(verify(input, plan)).not.toEqual([]);
});

test('a job left out without a reason is found', () => {
  const input: VroomInput = {
    vehicles: [{ id: 1, start_index: 0 }],
    jobs: [{ id: 1, location_index: 1 }],
    matrices: line(2),
  };
  const summary = { cost: 0, routes: 0, unassigned: 1, setup: 0, service: 0, duration: 0 };
  const plan: VroomSolution = {
    code: 0,
    summary: {
      ...summary,
      waiting_time: 0,
      priority: 0,
      violations: [],
      computing_times: { loading: 0, solving: 0 },
    },
    unassigned: [{ id: 1, type: 'job' }],
    routes: [],
  };
  expect(verify(input, plan)).toEqual(['job 1 is left out without a reason']);
});
