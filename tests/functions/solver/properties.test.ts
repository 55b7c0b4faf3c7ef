import fc from 'fast-check';
import { expect, test } from 'vitest';
import { solve, verify } from '../../../solver/mod.ts';
import { bruteForce, stillInsertable, valueOf } from './plain.ts';
import { build, features } from './instances.ts';

const RUNS = Number(process.env['SOLVER_RUNS'] ?? 150);

test('a plan for any request keeps every rule and leaves out only what fits nowhere', async () => {
  const some = features({ jobs: 12, shipments: 4, vehicles: 4 });
  await fc.assert(
    fc.asyncProperty(some, async (f) => {
      const input = build(f);
      const solution = await solve(input, { iterations: 60, seed: f.seed });
      expect(verify(input, solution)).toEqual([]);
      valueOf(input, solution);
      expect(stillInsertable(input, solution)).toEqual([]);
    }),
    { numRuns: RUNS },
  );
}, 120_000);

test('with one or two vehicles and at most seven tasks the plan is the best there is', async () => {
  // Closed: a task that nobody can serve alone could else be served on the way to another one.
  const some = features({ jobs: 7, shipments: 3, vehicles: 2 })
    .filter((f) => f.jobs + 2 * f.shipments <= 7)
    .map((f) => ({ ...f, closed: true }));
  await fc.assert(
    fc.asyncProperty(some, async (f) => {
      const input = build(f);
      const solution = await solve(input, { iterations: 3000, seed: f.seed });
      const value = valueOf(input, solution);
      const best = bruteForce(input);
      expect([value.priority, value.served]).toEqual([best.priority, best.served]);
      expect(value.cost).toBeCloseTo(best.cost, 6);
    }),
    { numRuns: RUNS },
  );
}, 240_000);
