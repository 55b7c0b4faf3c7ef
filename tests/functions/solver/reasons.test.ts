import { expect, test } from 'vitest';
import { solve, solveAndExplain } from '../../../solver/mod.ts';
import type { VroomInput } from '../../../solver/mod.ts';
import { line, onALine } from './requests.ts';

async function reasonFor(request: VroomInput): Promise<string | undefined> {
  const { unassigned } = await solve(request, { iterations: 20 });
  expect(unassigned).toHaveLength(1);
  return unassigned[0]!.reason;
}

const CASES: [string, (request: VroomInput) => void][] = [
  ['skills', (r) => (r.jobs![0]!.skills = [7])],
  [
    'capacity',
    (r) => {
      r.vehicles[0]!.capacity = [5];
      r.jobs![0]!.delivery = [6];
    },
  ],
  ['max_tasks', (r) => (r.vehicles[0]!.max_tasks = 0)],
  ['unreachable', (r) => (r.matrices!['car']!.durations![0]![1] = 4294967295)],
  [
    'max_distance',
    (r) => {
      r.matrices = line(2, 10);
      r.vehicles[0]!.max_distance = 199;
    },
  ],
  ['max_travel_time', (r) => (r.vehicles[0]!.max_travel_time = 19)],
  ['time window', (r) => (r.jobs![0]!.time_windows = [[0, 9]])],
  [
    'time window',
    (r) => {
      r.vehicles[0]!.time_window = [3600, 7200];
      r.jobs![0]!.time_windows = [[0, 3600]];
    },
  ],
  ['shift', (r) => (r.vehicles[0]!.time_window = [0, 19])],
  [
    'shift',
    (r) => {
      r.vehicles[0]!.time_window = [0, 50];
      r.vehicles[0]!.breaks = [{ id: 1, service: 40, time_windows: [[0, 50]] }];
    },
  ],
  [
    'no vehicle',
    (r) => {
      r.vehicles[0]!.max_travel_time = 19;
      r.vehicles.push({ id: 2, start_index: 0, end_index: 0, max_tasks: 0 });
    },
  ],
];

test.each(CASES)(
  'a job that no vehicle can serve alone is left out for "%s"',
  async (reason, change) => {
    const request = onALine(1);
    change(request);
    expect(await reasonFor(request)).toBe(reason);
  },
);

test('a job that would fit alone but not beside the others gets "no room left"', async () => {
  const request = onALine(2);
  request.vehicles[0]!.max_tasks = 1;
  expect(await reasonFor(request)).toBe('no room left');
});

test('both halves of a shipment carry the reason', async () => {
  const request: VroomInput = {
    vehicles: [{ id: 1, start_index: 0, capacity: [1] }],
    shipments: [
      { pickup: { id: 1, location_index: 1 }, delivery: { id: 8, location_index: 2 }, amount: [2] },
    ],
    matrices: line(3),
  };
  const { unassigned } = await solve(request, { iterations: 5 });
  expect(unassigned.map((entry) => [entry.type, entry.id, entry.reason])).toEqual([
    ['pickup', 1, 'capacity'],
    ['delivery', 8, 'capacity'],
  ]);
});

test('the explanation names what fails for each vehicle', async () => {
  const request = onALine(1);
  request.vehicles[0]!.max_travel_time = 19;
  request.vehicles.push({ id: 2, start_index: 0, end_index: 0, max_tasks: 0 });
  const { explanations } = await solveAndExplain(request, { iterations: 1 });
  expect(explanations[0]!.vehicles).toEqual({ 1: ['max_travel_time'], 2: ['max_tasks'] });
});

test('the more urgent job is served where there is room for one', async () => {
  const request = onALine(2);
  request.vehicles[0]!.max_tasks = 1;
  request.jobs![1]!.priority = 10;
  const { unassigned } = await solve(request, { iterations: 20 });
  expect(unassigned.map((entry) => entry.id)).toEqual([1]);
});
