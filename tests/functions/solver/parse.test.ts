import { expect, test } from 'vitest';
import { parseBody, solve, SolverError } from '../../../solver/mod.ts';
import type { VroomInput } from '../../../solver/mod.ts';
import { onALine } from './requests.ts';

type Loose = Record<string, unknown>;
type Change = (request: {
  vehicles: Loose[];
  jobs: Loose[];
  shipments?: Loose[];
  matrices?: unknown;
  options?: unknown;
}) => unknown;

async function failure(request: unknown): Promise<SolverError> {
  return solve(request, { iterations: 1 }).then(
    () => {
      throw new Error('the request was accepted');
    },
    (error: unknown) => error as SolverError,
  );
}

const shipment = (): Loose => ({
  pickup: { id: 1, location_index: 1 },
  delivery: { id: 1, location_index: 2 },
});

/** What VROOM says, and a change to a good request that makes it say so. */
const SAYINGS: [string, Change][] = [
  ['Invalid vehicles.', (r) => ({ ...r, vehicles: 3 })],
  ['No vehicle defined.', (r) => ({ ...r, vehicles: [] })],
  ['No task defined.', (r) => ({ ...r, jobs: [] })],
  ['Invalid jobs.', (r) => ({ ...r, jobs: {} })],
  ['Invalid shipments.', (r) => ({ ...r, shipments: 'none' })],
  ['Invalid vehicle.', (r) => r.vehicles.push([] as unknown as Loose)],
  ['Invalid or missing id for vehicle.', (r) => delete r.vehicles[0]!['id']],
  ['Invalid or missing id for job.', (r) => (r.jobs[0]!['id'] = -1)],
  ['Invalid or missing id for job.', (r) => (r.jobs[0]!['id'] = 2 ** 53)],
  ['Duplicate job id: 1.', (r) => (r.jobs[1]!['id'] = 1)],
  ['Duplicate pickup id: 1.', (r) => (r.shipments = [shipment(), shipment()])],
  ['Missing delivery for shipment.', (r) => (r.shipments = [{ pickup: { id: 1 } }])],
  ['Invalid time window: [10, 5]', (r) => (r.jobs[0]!['time_windows'] = [[10, 5]])],
  ['Invalid time-window.', (r) => (r.jobs[0]!['time_windows'] = [[0.5, 5]])],
  ['Invalid time_windows array for job 1.', (r) => (r.jobs[0]!['time_windows'] = 8)],
  ['Empty time windows for job 1.', (r) => (r.jobs[0]!['time_windows'] = [])],
  [
    'Unsorted or overlapping time-windows for job 2.',
    (r) =>
      (r.jobs[1]!['time_windows'] = [
        [0, 5],
        [5, 9],
      ]),
  ],
  ['Invalid priority value.', (r) => (r.jobs[0]!['priority'] = 'high')],
  ['Invalid priority value for job 1.', (r) => (r.jobs[0]!['priority'] = 101)],
  ['Invalid service duration.', (r) => (r.jobs[0]!['service'] = -1)],
  ['Invalid skills object.', (r) => (r.jobs[0]!['skills'] = 1)],
  ['Invalid skill value.', (r) => (r.vehicles[0]!['skills'] = ['cold'])],
  ['Inconsistent delivery length: 2 and 0.', (r) => (r.jobs[0]!['delivery'] = [1, 2])],
  ['Invalid description value.', (r) => (r.jobs[0]!['description'] = 7)],
  ['Invalid location_index for job 1.', (r) => (r.jobs[0]!['location_index'] = null)],
  ['Invalid location for job 1.', (r) => delete r.jobs[0]!['location_index']],
  [
    'Missing location index.',
    (r) => {
      delete r.jobs[0]!['location_index'];
      r.jobs[0]!['location'] = [36.8, -1.3];
    },
  ],
  [
    'location_index exceeding durations matrix size for car profile.',
    (r) => (r.jobs[0]!['location_index'] = 99),
  ],
  [
    'No start or end specified for vehicle 1.',
    (r) => {
      delete r.vehicles[0]!['start_index'];
      delete r.vehicles[0]!['end_index'];
    },
  ],
  [
    'Missing start_index or end_index.',
    (r) => {
      delete r.vehicles[0]!['end_index'];
      r.vehicles[0]!['end'] = [36.8, -1.3];
    },
  ],
  ['Invalid speed factor: 0.000000', (r) => (r.vehicles[0]!['speed_factor'] = 0)],
  ['Invalid speed factor: 5.100000', (r) => (r.vehicles[0]!['speed_factor'] = 5.1)],
  ['Invalid max_tasks value.', (r) => (r.vehicles[0]!['max_tasks'] = -2)],
  ['Invalid costs for vehicle 1.', (r) => (r.vehicles[0]!['costs'] = [])],
  ['Invalid per_km cost for vehicle 1.', (r) => (r.vehicles[0]!['costs'] = { per_km: 0.5 })],
  ['Invalid breaks for vehicle 1.', (r) => (r.vehicles[0]!['breaks'] = 2)],
  ['Duplicate break id: 4.', (r) => (r.vehicles[0]!['breaks'] = [{ id: 4 }, { id: 4 }])],
  ['Unexpected matrix line length.', (r) => (r.matrices = { car: { durations: [[0, 1]] } })],
  ['Invalid matrix entry.', (r) => (r.matrices = { car: { durations: [[0.5]] } })],
  ['Empty durations matrix for car profile.', (r) => (r.matrices = { car: { durations: [] } })],
  ['Unexpected matrices value.', (r) => (r.matrices = 1)],
  [
    'Unexpected location index while no custom matrices provided.',
    (r) => delete (r as Loose)['matrices'],
  ],
  ['Missing coordinates for routing engine.', (r) => (r.vehicles[0]!['profile'] = 'truck')],
  ['Route geometry request with missing coordinates.', (r) => (r.options = { g: true })],
  ['Invalid job id 9 for vehicle 1.', (r) => (r.vehicles[0]!['steps'] = [{ type: 'job', id: 9 }])],
  [
    'Duplicate job id 1 in input steps for vehicle 1.',
    (r) =>
      (r.vehicles[0]!['steps'] = [
        { type: 'job', id: 1 },
        { type: 'job', id: 1 },
      ]),
  ],
  [
    'Invalid type in steps for vehicle 1.',
    (r) => (r.vehicles[0]!['steps'] = [{ type: 'x', id: 1 }]),
  ],
  [
    'Unexpected start in input steps for vehicle 1.',
    (r) => (r.vehicles[0]!['steps'] = [{ type: 'job', id: 1 }, { type: 'start' }]),
  ],
  [
    'Too many tasks for vehicle 1.',
    (r) => {
      r.vehicles[0]!['max_tasks'] = 1;
      r.vehicles[0]!['steps'] = [
        { type: 'job', id: 1 },
        { type: 'job', id: 2 },
      ];
    },
  ],
  [
    'Infeasible route for vehicle 1.',
    (r) => {
      r.vehicles[0]!['time_window'] = [0, 5];
      r.vehicles[0]!['steps'] = [{ type: 'job', id: 1 }];
    },
  ],
  [
    'Missing skill or step out of reach for vehicle 1 and job 1.',
    (r) => {
      r.jobs[0]!['skills'] = [1];
      r.vehicles[0]!['steps'] = [{ type: 'job', id: 1 }];
    },
  ],
];

test.each(SAYINGS)(
  'a bad request is refused with "%s", code 2 and status 400',
  async (message, change) => {
    const request = onALine(3) as unknown as Parameters<Change>[0];
    const changed = change(request);
    const isRequest = typeof changed === 'object' && changed !== null && 'vehicles' in changed;
    const error = await failure(isRequest ? changed : request);
    expect(error).toBeInstanceOf(SolverError);
    expect(error.message).toBe(message);
    expect([error.code, error.status]).toEqual([2, 400]);
  },
);

test('costs from a matrix cannot be mixed with costs per hour or kilometre', async () => {
  for (const key of ['per_hour', 'per_km']) {
    const request = onALine(2);
    request.matrices!['car']!.costs = request.matrices!['car']!.durations!;
    request.vehicles[0]!.costs = { [key]: 5 };
    const error = await failure(request);
    expect(error.message).toBe(`Custom costs are incompatible with using a ${key} value.`);
  }
});

test('distances without durations are refused as VROOM does', async () => {
  const request = onALine(2);
  request.matrices!['car']!.distances = request.matrices!['car']!.durations!;
  delete request.matrices!['car']!.durations;
  request.matrices!['bike'] = { durations: [[0]] };
  const error = await failure(request);
  expect(error.message).toBe(
    'Custom matrix provided for distances but not for durations for car profile.',
  );
});

test('text that is not JSON gets the sentence of vroom-express', () => {
  expect(() => parseBody('{"vehicles": [')).toThrow(
    'Invalid JSON object in request, please add vehicles and jobs or shipments to the object body',
  );
});

test('a request above the limits is refused with code 4 and status 413', async () => {
  const jobs = await failure(onALine(1001));
  expect(jobs.message).toBe('Too many locations ( 1001 ) in query, maximum is set to 1000');
  expect([jobs.code, jobs.status]).toEqual([4, 413]);
  const request = onALine(1);
  request.vehicles = Array.from({ length: 201 }, (_, v) => ({ id: v + 1, start_index: 0 }));
  const vehicles = await failure(request);
  expect(vehicles.message).toBe('Too many vehicles ( 201 ) in query, maximum is set to 200');
  expect(vehicles.status).toBe(413);
});

test('each half of a shipment counts as a location', async () => {
  const request: VroomInput = {
    vehicles: [{ id: 1, start: [36.8, -1.3] }],
    shipments: [
      { pickup: { id: 1, location: [36.81, -1.3] }, delivery: { id: 1, location: [36.8, -1.31] } },
    ],
  };
  const limits = { locations: 1, vehicles: 1 };
  await expect(solve(request, { limits, iterations: 1 })).rejects.toThrow('( 2 )');
});

test('job, pickup and delivery ids are separate name spaces', async () => {
  const request = onALine(2);
  request.shipments = [
    { pickup: { id: 1, location_index: 1 }, delivery: { id: 1, location_index: 2 } },
  ];
  const { summary } = await solve(request, { iterations: 10 });
  expect(summary.unassigned).toBe(0);
});

test('coordinates that are no degrees are refused only where great circles are needed', async () => {
  const request = onALine(1);
  request.jobs![0]!.location = [500, 900];
  expect((await solve(request, { iterations: 1 })).code).toBe(0);
  const drawn = {
    vehicles: [{ id: 1, start: [36.8, -1.3] }],
    jobs: [{ id: 1, location: [-1.3, 136.8] }],
  };
  expect((await failure(drawn)).message).toContain('[-1.3, 136.8] is not [lon, lat]');
});

test('a request of more than two megabytes is planned like any other', async () => {
  const request = onALine(900);
  expect(JSON.stringify(request).length).toBeGreaterThan(2_000_000);
  const { summary } = await solve(request, { iterations: 1 });
  expect([summary.unassigned, summary.cost]).toEqual([0, 18000]);
});

test('the deprecated `matrix` and `amount` are still read', async () => {
  const request = onALine(2);
  const { durations } = request.matrices!['car']!;
  delete request.matrices;
  request.matrix = durations!;
  request.vehicles[0]!.capacity = [5];
  for (const job of request.jobs!) job.amount = [2];
  const { summary } = await solve(request, { iterations: 5 });
  expect([summary.cost, summary.delivery]).toEqual([40, [4]]);
});
