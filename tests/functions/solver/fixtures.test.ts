import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { solve, verify } from '../../../solver/mod.ts';
import type { VroomInput } from '../../../solver/mod.ts';
import { bruteForce, valueOf } from './plain.ts';

const folder = new URL('./fixtures/', import.meta.url).pathname;

/** Small days of a distributor, written by hand; each file says what it is about. */
const fixtures = readdirSync(folder).map((name) => {
  const text = readFileSync(`${folder}${name}`, 'utf8');
  return [name, JSON.parse(text) as { about: string; request: VroomInput }] as const;
});

test.each(fixtures)(
  '%s is planned as well as by trying everything',
  async (_, { request }) => {
    const solution = await solve(request, { iterations: 5000 });
    expect(verify(request, solution)).toEqual([]);
    const value = valueOf(request, solution);
    const best = bruteForce(request);
    expect([value.priority, value.served]).toEqual([best.priority, best.served]);
    expect(value.cost).toBeCloseTo(best.cost, 6);
  },
  120_000,
);
