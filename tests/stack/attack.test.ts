import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { attack } from '../../scripts/attack/attack.ts';
import type { Door } from '../../scripts/attack/door.ts';
import { doors, doorsOfProcesses } from '../../scripts/attack/doors.ts';
import { findTarget } from '../../scripts/attack/find.ts';
import { startNaive, type Naive } from './_support/naive.ts';

let naive: Naive;
let empty: string;

beforeAll(async () => {
  naive = await startNaive();
  empty = await mkdtemp(join(tmpdir(), 'mzigo-attack-'));
});

afterAll(async () => {
  await naive.close();
  await rm(empty, { recursive: true });
});

test('before a server that lets everybody in, every door is found open', async () => {
  const all = [...doors, ...doorsOfProcesses];
  const results = await attack(naive.address, all);
  expect(results.map(({ name }) => name)).toEqual(all.map(({ name }) => name));
  for (const { name, isHeld, found } of results) {
    expect({ name, isHeld }).toEqual({ name, isHeld: false });
    expect(found, name).not.toMatch(/^could not be tried/);
  }
});

test('a door that cannot be tried is not said to hold', async () => {
  const nowhere = { ...naive.address, url: 'http://127.0.0.1:9' };
  const told: unknown[] = [];
  const results = await attack(nowhere, doors.slice(0, 1), (result) => told.push(result));
  expect(results).toMatchObject([
    {
      isHeld: false,
      found: expect.stringMatching(/^could not be tried: .*ECONNREFUSED/) as string,
    },
  ]);
  expect(told).toEqual(results);
});

test('what held is told in the words of the door', async () => {
  const door: Door = { name: 'A door', attempt: () => Promise.resolve('one lock') };
  expect(await attack(naive.address, [door])).toEqual([
    { name: 'A door', isHeld: true, found: 'one lock' },
  ]);
});

test.each([
  'http://example.com',
  'http://127.0.0.1.example.com',
  'http://localhost@example.com',
  'http://192.0.2.1:4321',
  'https://127.0.0.1',
  '127.0.0.1:4321',
  'file:///etc/passwd',
])('%s is not attacked', async (named) => {
  await expect(findTarget(empty, named)).rejects.toThrow(/^\S+ is not a stack on this machine/);
});

test('where nothing runs, it says so', async () => {
  await expect(findTarget(empty)).rejects.toThrow('Mzigo is not running; start it with npm start.');
});
