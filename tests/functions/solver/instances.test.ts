import { describe, expect, test } from 'vitest';
import { solve, verify } from '../../../solver/mod.ts';
import { instances, readInstance } from './shared-data.ts';

test('the published instances are there', () => {
  expect(instances().length).toBeGreaterThan(0);
});

describe('every published instance', () => {
  test('is served completely by the first plan or soon after, and by no broken one', async () => {
    for (const { name } of instances()) {
      const input = readInstance(name);
      const solution = await solve(input, { iterations: 500 });
      expect(verify(input, solution), name).toEqual([]);
      expect(solution.summary.unassigned, name).toBe(0);
    }
  }, 60_000);

  test('comes within five percent of its best known cost in 300 iterations per task', async () => {
    for (const { name, n, bks } of instances()) {
      const { summary } = await solve(readInstance(name), { iterations: 300 * n });
      expect(summary.cost, name).toBeLessThanOrEqual(1.05 * bks);
    }
  }, 120_000);
});
