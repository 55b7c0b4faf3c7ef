import { expect, test, vi } from 'vitest';
import { solve, solveAndExplain, verify } from '../../../solver/mod.ts';
import type { Progress, VroomInput, VroomSolution } from '../../../solver/mod.ts';
import { onALine } from './requests.ts';

/** Scattered jobs with windows and loads, the same ones for the same count. */
function scattered(jobs: number, vehicles: number): VroomInput {
  let state = 7;
  const whole = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 4294967296) * below);
  };
  const depot: [number, number] = [36.85, -1.3];
  return {
    vehicles: Array.from({ length: vehicles }, (_, v) => ({
      id: v + 1,
      start: depot,
      end: depot,
      capacity: [Math.ceil((8 * jobs) / vehicles)],
      time_window: [28800, 64800],
    })),
    jobs: Array.from({ length: jobs }, (_, j) => ({
      id: j + 1,
      location: [36.7 + whole(3000) / 10000, -1.4 + whole(2000) / 10000],
      delivery: [1 + whole(9)],
      service: 300,
      ...(whole(3) === 0 && { time_windows: [[32400, 43200]] as [number, number][] }),
    })),
  };
}

function withoutClock(solution: VroomSolution): VroomSolution {
  const copy = structuredClone(solution);
  copy.summary.computing_times = { loading: 0, solving: 0 };
  return copy;
}

test('the same seed and number of iterations give the same plan', async () => {
  const request = scattered(60, 6);
  const first = await solve(request, { iterations: 2000, seed: 3 });
  const second = await solve(request, { iterations: 2000, seed: 3 });
  expect(withoutClock(second)).toEqual(withoutClock(first));
});

test('another seed searches elsewhere', async () => {
  const request = scattered(60, 6);
  const plans = await Promise.all(
    [1, 2, 3].map((seed) => solve(request, { iterations: 200, seed })),
  );
  expect(new Set(plans.map((plan) => JSON.stringify(plan.routes))).size).toBeGreaterThan(1);
});

test('more iterations give a plan that is no worse than the first one', async () => {
  const request = scattered(120, 10);
  const first = await solve(request, { iterations: 0 });
  const later = await solve(request, { iterations: 4000 });
  expect(first.summary.unassigned).toBe(0);
  expect(later.summary.cost).toBeLessThan(first.summary.cost);
});

test('the number of iterations is kept exactly', async () => {
  const { iterations } = await solveAndExplain(scattered(20, 3), { iterations: 123 });
  expect(iterations).toBe(123);
});

test('the budget ends the search, by the clock that is charged', async () => {
  let now = 0;
  const clock = (): number => (now += 1);
  const { solution, iterations } = await solveAndExplain(scattered(40, 4), { time: 1, clock });
  expect(iterations).toBeGreaterThan(0);
  expect(solution.summary.computing_times.solving).toBeLessThanOrEqual(1010);
});

test('`options.l` of the request is a budget in seconds', async () => {
  let now = 0;
  const clock = (): number => (now += 1);
  const request = { ...scattered(10, 2), options: { l: 0.2 } };
  const { solution } = await solveAndExplain(request, { clock });
  expect(solution.summary.computing_times.solving).toBeLessThanOrEqual(210);
});

test('an aborted signal ends the search with its reason', async () => {
  const controller = new AbortController();
  const running = solve(scattered(80, 8), {
    time: 3600,
    signal: controller.signal,
    onProgress: () => controller.abort(new Error('the dispatcher left')),
  });
  await expect(running).rejects.toThrow('the dispatcher left');
});

test('a signal that is aborted already stops everything before it starts', async () => {
  const signal = AbortSignal.abort(new Error('never mind'));
  await expect(solve(scattered(5, 1), { signal })).rejects.toThrow('never mind');
});

test('an aborted search can hand out the best plan it has', async () => {
  const controller = new AbortController();
  const request = scattered(80, 8);
  const solution = await solve(request, {
    time: 3600,
    signal: controller.signal,
    keepBestOnAbort: true,
    onProgress: () => controller.abort(),
  });
  expect(verify(request, solution)).toEqual([]);
  expect(solution.summary.unassigned).toBe(0);
});

test('progress begins with the first plan, never gets worse and ends with the answer', async () => {
  const seen: Progress[] = [];
  let now = 0;
  const { summary } = await solve(scattered(100, 9), {
    time: 20,
    clock: () => (now += 5),
    onProgress: (progress) => seen.push(progress),
  });
  expect(seen.length).toBeGreaterThan(2);
  expect(seen[0]!.iterations).toBe(0);
  for (let i = 1; i < seen.length; i++) {
    expect(seen[i]!.cost).toBeLessThanOrEqual(seen[i - 1]!.cost);
  }
  expect(seen.at(-1)!.cost).toBe(summary.cost);
  expect(seen.at(-1)!.routes).toBe(summary.routes);
});

test('a long search lets the event loop turn again and again', async () => {
  let turns = 0;
  const count = setInterval(() => turns++, 0);
  await solve(scattered(200, 15), { iterations: 20000 });
  clearInterval(count);
  expect(turns).toBeGreaterThan(10);
});

test('without setImmediate, as in a browser worker, the search still yields', async () => {
  vi.stubGlobal('setImmediate', undefined);
  try {
    const { summary } = await solve(scattered(60, 6), { iterations: 3000 });
    expect(summary.unassigned).toBe(0);
  } finally {
    vi.unstubAllGlobals();
  }
});

test('`steps` are where the search starts', async () => {
  const request = onALine(6);
  request.vehicles.push({ id: 2, start_index: 0, end_index: 0 });
  request.vehicles[1]!.steps = [5, 3, 4].map((id) => ({ type: 'job', id }));
  const { routes } = await solve(request, { iterations: 0 });
  const given = routes.find((route) => route.vehicle === 2)!;
  const order = given.steps.map((step) => step.id).filter((id) => [5, 3, 4].includes(id!));
  expect(order).toEqual([5, 3, 4]);
});

test('the request is left as it was', async () => {
  const request = scattered(30, 3);
  const before = structuredClone(request);
  await solve(request, { iterations: 100 });
  expect(request).toEqual(before);
});

test('a stop stays where leaving it out would make the next one late', async () => {
  // Place 2 closes at 30 and is reached in time only through 3, which vehicle 2 would serve for less.
  const square = (rest: number, legs: [number, number, number][]): number[][] => {
    const rows = Array.from({ length: 5 }, () => new Array<number>(5).fill(rest));
    for (const [from, to, value] of legs) rows[from]![to] = value;
    return rows;
  };
  const ways: [number, number][] = [
    [0, 1],
    [1, 3],
    [3, 2],
    [2, 0],
    [4, 3],
    [3, 4],
  ];
  const request: VroomInput = {
    vehicles: [
      { id: 1, start_index: 0, end_index: 0, skills: [1] },
      { id: 2, start_index: 4, end_index: 4 },
    ],
    jobs: [
      { id: 1, location_index: 1, skills: [1] },
      { id: 2, location_index: 2, skills: [1], time_windows: [[0, 30]] },
      { id: 3, location_index: 3 },
    ],
    matrices: {
      car: {
        durations: square(
          50,
          ways.map(([a, b]) => [a, b, 10]),
        ),
        costs: square(50, [
          [0, 1, 1],
          [1, 2, 1],
          [2, 0, 1],
          [1, 3, 30],
          [3, 2, 30],
          [4, 3, 1],
          [3, 4, 1],
        ]),
      },
    },
  };
  const { summary } = await solve(request, { iterations: 500 });
  expect([summary.unassigned, summary.cost]).toEqual([0, 62]);
});
