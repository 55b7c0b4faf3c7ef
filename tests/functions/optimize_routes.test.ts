import { expect, test, vi } from 'vitest';
import { DatabaseError } from '../../functions/_shared/database.ts';
import { makeHandler } from '../../functions/optimize-routes/handler.ts';
import {
  ownSolver,
  PlannerError,
  vroomExpress,
  type Planner,
} from '../../functions/optimize-routes/planner.ts';
import { type Measure, osrm } from '../../functions/optimize-routes/osrm.ts';
import { AS_CLOCK, SECRET_KEY, post, recordingDatabase } from './_support/database.ts';

const RUN = {
  tenant_id: '0190a000-0000-7000-8000-00000000000a',
  run_id: '0190a000-0000-7000-8000-000000000001',
};
const INPUT = {
  jobs: [{ id: 1, location: [36.8, -1.28] as [number, number], service: 600, delivery: [5] }],
  vehicles: [
    {
      id: 1,
      start: [36.85, -1.3] as [number, number],
      end: [36.85, -1.3] as [number, number],
      capacity: [10],
      time_window: [0, 36_000] as [number, number],
    },
  ],
};
const ANSWER = { code: 0, summary: { cost: 7 }, unassigned: [], routes: [] };

function arrange(
  planner: Planner,
  answers: Record<string, unknown> = {},
  measure: Measure | null = null,
) {
  const claimed = [[{ msg_id: 7, read_ct: 1, message: RUN }]];
  const database = recordingDatabase({
    claim_messages: () => claimed.shift() ?? [],
    planning_run_input: INPUT,
    record_planning_progress: true,
    record_planning_result: true,
    record_planning_failure: true,
    archive_message: true,
    worker_heartbeat: null,
    ...answers,
  });
  const handle = makeHandler({
    database,
    secretKey: SECRET_KEY,
    planner,
    measure,
    log: () => {},
    now: () => 0,
  });
  return {
    run: async () => (await handle(post({}, AS_CLOCK))).json(),
    names: () => database.calls.map((call) => call.name),
    told: (name: string) => database.calls.find((call) => call.name === name)?.args,
  };
}

const failing = (error: Error): Planner => ({ name: 'test', plan: () => Promise.reject(error) });
const express = (answer: () => Promise<Response>) =>
  vroomExpress({ url: 'http://vroom.test' }, answer as typeof fetch);
const answering = (status: number, body: unknown) =>
  express(() => Promise.resolve(Response.json(body, { status })));

test('the plan of our own solver is written down before the run leaves the queue', async () => {
  const { run, names, told } = arrange(ownSolver);
  expect(await run()).toMatchObject({ processed: 1, planned: 1 });
  expect(told('record_planning_result')).toMatchObject({
    ...RUN,
    engine: 'mzigo',
    output: { code: 0, unassigned: [], routes: [{ vehicle: 1 }] },
  });
  expect(names().indexOf('record_planning_result')).toBeLessThan(
    names().indexOf('archive_message'),
  );
});

test('the planner is handed everything that the database asks, its matrices too', async () => {
  const input = { ...INPUT, matrices: { car: { durations: [[0]], distances: [[0]] } } };
  const plan = vi.fn<Planner['plan']>(() => Promise.resolve(ANSWER));
  const { run } = arrange({ name: 'test', plan }, { planning_run_input: input });
  await run();
  expect(plan.mock.calls[0]?.[0]).toEqual(input);
});

test('how the plan grew is told before the plan', async () => {
  const { run, names, told } = arrange(ownSolver);
  await run();
  expect(told('record_planning_progress')).toMatchObject({
    ...RUN,
    progress: [[expect.any(Number), expect.any(Number), expect.any(Number)]],
  });
  expect(names().indexOf('record_planning_progress')).toBeLessThan(
    names().indexOf('record_planning_result'),
  );
});

test('a plan is kept although nobody could be told how it grew', async () => {
  const { run, told } = arrange(ownSolver, {
    record_planning_progress: () => {
      throw new DatabaseError(503, 'PGRST', 'away');
    },
  });
  expect(await run()).toMatchObject({ planned: 1 });
  expect(told('record_planning_result')).toMatchObject(RUN);
});

test('a run that nobody waits for is only taken off the queue', async () => {
  const plan = vi.fn<Planner['plan']>();
  const { run, names } = arrange({ name: 'test', plan }, { planning_run_input: null });
  expect(await run()).toMatchObject({ skipped: 1 });
  expect(plan).not.toHaveBeenCalled();
  expect(names()).toContain('archive_message');
});

test('what may pass is tried again', async () => {
  const planner = failing(new PlannerError('routing_down', 'down', false));
  const { run, names } = arrange(planner, { fail_message: { result: 'retry' } });
  expect(await run()).toMatchObject({ retried: 1 });
  expect(names()).not.toContain('record_planning_failure');
  expect(names()).not.toContain('archive_message');
});

test('when its attempts are used up the run has failed', async () => {
  const planner = failing(new PlannerError('routing_down', 'down', false));
  const { run, told } = arrange(planner, { fail_message: { result: 'dead_letter' } });
  expect(await run()).toMatchObject({ failed: 1 });
  expect(told('record_planning_failure')).toMatchObject({ ...RUN, failure: 'routing_down' });
});

test('what would be refused again is not asked again', async () => {
  const planner = failing(new PlannerError('input_refused', 'Duplicate job id: 1.', true));
  const { run, names, told } = arrange(planner);
  expect(await run()).toMatchObject({ failed: 1 });
  expect(told('record_planning_failure')).toMatchObject({ detail: 'Duplicate job id: 1.' });
  expect(names()).toContain('archive_message');
});

test('an answer that the database refuses ends the run', async () => {
  const { run, told } = arrange(answering(200, ANSWER), {
    record_planning_result: () => {
      throw new DatabaseError(422, 'PT422', 'planner_answer_invalid');
    },
  });
  expect(await run()).toMatchObject({ failed: 1 });
  expect(told('record_planning_failure')).toMatchObject({ failure: 'answer_invalid' });
});

test('whoever does not hold the key of the project is refused', async () => {
  const handle = makeHandler({
    database: recordingDatabase({}),
    secretKey: SECRET_KEY,
    planner: ownSolver,
    measure: null,
    log: () => {},
    now: () => 0,
  });
  expect((await handle(post({}))).status).toBe(401);
});

test('VROOM is sent the input and its answer is handed on as it is', async () => {
  const send = vi.fn<typeof fetch>(() => Promise.resolve(Response.json(ANSWER)));
  expect(await vroomExpress({ url: 'http://vroom.test' }, send).plan(INPUT, () => {})).toEqual(
    ANSWER,
  );
  expect(JSON.parse(String(send.mock.calls[0]?.[1]?.body))).toEqual(INPUT);
});

test.each([
  [500, { code: 1, error: 'Internal' }, 'solver_broken', false],
  [400, { code: 2, error: 'Duplicate job id: 1.' }, 'input_refused', true],
  [500, { code: 3, error: 'No routing' }, 'routing_down', false],
  [413, { code: 4, error: 'Too many' }, 'too_large', true],
  [413, 'no JSON', 'too_large', true],
  [429, {}, 'solver_unreachable', false],
  [502, 'Bad gateway', 'solver_unreachable', false],
  [404, {}, 'input_refused', true],
  [200, { hello: 'world' }, 'answer_invalid', true],
])('VROOM answering %i %j means %s', async (status, body, failure, isFinal) => {
  await expect(answering(status, body).plan(INPUT, () => {})).rejects.toMatchObject({
    failure,
    isFinal,
  });
});

test('VROOM that cannot be reached or does not answer is tried again', async () => {
  const planner = express(() => Promise.reject(new TypeError('connection refused')));
  await expect(planner.plan(INPUT, () => {})).rejects.toMatchObject({
    failure: 'solver_unreachable',
    isFinal: false,
  });
  const silent = vroomExpress(
    { url: 'http://vroom.test', timeoutMs: 5 },
    (_, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new Error('timed out')));
      }),
  );
  await expect(silent.plan(INPUT, () => {})).rejects.toMatchObject({
    failure: 'solver_unreachable',
  });
});

test('a request that VROOM would drop without a word is not sent', async () => {
  const send = vi.fn<typeof fetch>();
  const job = { ...INPUT.jobs[0], id: 1, description: 'x'.repeat(1_000_001) };
  const planner = vroomExpress({ url: 'http://vroom.test' }, send);
  await expect(planner.plan({ ...INPUT, jobs: [job] }, () => {})).rejects.toMatchObject({
    failure: 'too_large',
  });
  expect(send).not.toHaveBeenCalled();
});

/** An OSRM in which every place is as far from the next as their longitudes, in thousandths of a degree. */
function simulatedOsrm() {
  const asked: string[] = [];
  const answer = (address: string) => {
    asked.push(address);
    const url = new URL(address);
    const places = (url.pathname.split('/').at(-1) ?? '')
      .split(';')
      .map((it) => it.split(',').map(Number));
    if (places.length > 100) {
      return Response.json(
        { code: 'TooBig', message: 'Too many table coordinates' },
        { status: 400 },
      );
    }
    const chosen = (name: string) => (url.searchParams.get(name) ?? '').split(';').map(Number);
    const lines = chosen('sources').map((from) =>
      chosen('destinations').map((to) =>
        Math.round(Math.abs((places[from]?.[0] ?? 0) - (places[to]?.[0] ?? 0)) * 1000),
      ),
    );
    return Response.json({ code: 'Ok', durations: lines, distances: lines });
  };
  const send = ((address: string) => Promise.resolve(answer(address))) as typeof fetch;
  return { asked, measure: osrm({ url: 'http://osrm.test/' }, send) };
}

const line = (count: number) =>
  Array.from({ length: count }, (_, index): [number, number] => [36 + index / 1000, -1.3]);

test('ways that nobody measured are measured by OSRM before the planner is asked', async () => {
  const { asked, measure } = simulatedOsrm();
  const { run, names, told } = arrange(
    ownSolver,
    { planning_ways_missing: line(3), record_travel_times: 9 },
    measure,
  );
  expect(await run()).toMatchObject({ planned: 1 });
  expect(asked).toEqual([
    'http://osrm.test/table/v1/driving/36,-1.3;36.001,-1.3;36.002,-1.3;36,-1.3;36.001,-1.3;36.002,-1.3?annotations=duration,distance&sources=0;1;2&destinations=3;4;5',
  ]);
  expect(told('record_travel_times')).toMatchObject({
    ...RUN,
    origins: line(3),
    seconds: [
      [0, 1, 2],
      [1, 0, 1],
      [2, 1, 0],
    ],
  });
  expect(names().indexOf('record_travel_times')).toBeLessThan(
    names().indexOf('planning_run_input'),
  );
});

test('many places are measured in parts that OSRM takes', async () => {
  const { asked, measure } = simulatedOsrm();
  const parts = [];
  for await (const part of measure(line(120))) parts.push(part);
  expect(asked).toHaveLength(9);
  const pairs = parts.flatMap(({ origins, destinations, seconds }) =>
    origins.flatMap((from, i) => destinations.map((to, j) => [from[0], to[0], seconds[i]?.[j]])),
  );
  expect(pairs).toHaveLength(120 * 120);
  expect(
    pairs.every(([from = 0, to = 0, way]) => Math.round(Math.abs(from! - to!) * 1000) === way),
  ).toBe(true);
});

test('where every way is known OSRM is not asked', async () => {
  const { asked, measure } = simulatedOsrm();
  const { run } = arrange(ownSolver, { planning_ways_missing: null }, measure);
  expect(await run()).toMatchObject({ planned: 1 });
  expect(asked).toEqual([]);
});

test.each([
  [
    'refuses',
    () => Promise.resolve(Response.json({ code: 'NoSegment' }, { status: 400 })),
    'OSRM refused: NoSegment',
  ],
  ['is away', () => Promise.reject(new TypeError('connection refused')), 'OSRM did not answer'],
  ['answers a page', () => Promise.resolve(new Response('<html>')), 'OSRM did not answer'],
  [
    'answers too little',
    () => Promise.resolve(Response.json({ code: 'Ok', durations: [], distances: [] })),
    'OSRM answered something else',
  ],
])('an OSRM that %s is told, and the run is planned over estimates', async (_, answer, message) => {
  const measure = osrm({ url: 'http://osrm.test' }, answer as typeof fetch);
  await expect(measure(line(2)).next()).rejects.toThrow(message);
  const { run, names } = arrange(ownSolver, { planning_ways_missing: line(2) }, measure);
  expect(await run()).toMatchObject({ planned: 1 });
  expect(names()).not.toContain('record_travel_times');
});

test('an OSRM that does not answer in time is not waited for', async () => {
  const silent = ((_: string, { signal }: RequestInit) =>
    new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error));
    })) as typeof fetch;
  const measure = osrm({ url: 'http://osrm.test', timeoutMs: 5 }, silent);
  await expect(measure(line(2)).next()).rejects.toThrow('OSRM did not answer');
});
