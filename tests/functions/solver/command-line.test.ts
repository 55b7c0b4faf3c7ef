import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { verify } from '../../../solver/mod.ts';
import type { VroomInput, VroomSolution } from '../../../solver/mod.ts';
import { onALine } from './requests.ts';

const script = new URL('../../../scripts/solve.ts', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'mzigo-solve-'));

// Every run starts a process of its own.
vi.setConfig({ testTimeout: 60_000 });

interface Ran {
  code: number | null;
  out: string;
  err: string;
}

function run(args: string[], input = ''): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--no-warnings', script, ...args]);
    const ran: Ran = { code: null, out: '', err: '' };
    child.stdout.on('data', (data: Buffer) => (ran.out += data.toString()));
    child.stderr.on('data', (data: Buffer) => (ran.err += data.toString()));
    child.on('close', (code) => resolve({ ...ran, code }));
    child.stdin.end(input);
  });
}

function write(name: string, request: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(request));
  return path;
}

test('a file is planned: JSON on standard output, nothing on standard error, exit 0', async () => {
  const request = onALine(4);
  const { code, out, err } = await run(['--iterations', '50', write('good.json', request)]);
  expect([code, err]).toEqual([0, '']);
  const solution = JSON.parse(out) as VroomSolution;
  expect(verify(request, solution)).toEqual([]);
  expect(solution.summary.cost).toBe(80);
});

test('standard input is planned where no file is named', async () => {
  const { code, out } = await run(['--time', '0.1'], JSON.stringify(onALine(2)));
  expect(code).toBe(0);
  expect((JSON.parse(out) as VroomSolution).code).toBe(0);
});

test('a plan that leaves tasks out is a plan, and --explain says why', async () => {
  const request: VroomInput = onALine(2);
  request.jobs![1]!.skills = [9];
  const file = write('skills.json', request);
  const { code, out, err } = await run(['--iterations', '5', '--explain', file]);
  expect(code).toBe(0);
  expect((JSON.parse(out) as VroomSolution).unassigned).toHaveLength(1);
  expect(err).toContain('job 2: skills (vehicle 1: skills)');
});

test('bad input exits with 2 and prints the code and message of VROOM', async () => {
  const request = onALine(2);
  request.jobs![1]!.id = 1;
  const { code, out, err } = await run([write('twice.json', request)]);
  expect(code).toBe(2);
  expect(JSON.parse(out)).toEqual({ code: 2, error: 'Duplicate job id: 1.' });
  expect(err).toBe('[Error] Duplicate job id: 1.\n');
});

test('a request that is too large exits with 2 and prints code 4', async () => {
  const { code, out } = await run([write('large.json', onALine(1001))]);
  expect(code).toBe(2);
  expect(JSON.parse(out)).toMatchObject({ code: 4 });
});

test('a missing file, broken JSON and unknown flags exit with 2 and say what is wrong', async () => {
  const missing = await run([join(folder, 'nothing.json')]);
  expect([missing.code, missing.err]).toEqual([
    2,
    expect.stringContaining('nothing.json (ENOENT)'),
  ]);
  const broken = await run([], '{"jobs": [');
  expect([broken.code, broken.err]).toEqual([2, expect.stringContaining('Invalid JSON object')]);
  const flag = await run(['--fast']);
  expect([flag.code, flag.err]).toEqual([2, expect.stringContaining('Usage: npm run solve')]);
  const number = await run(['--time', 'soon']);
  expect([number.code, number.err]).toEqual([2, expect.stringContaining('--time needs a number')]);
});

test('--svg draws the plan, and says so where there is nothing to draw', async () => {
  const request: VroomInput = {
    vehicles: [{ id: 1, start: [36.8, -1.3], end: [36.8, -1.3] }],
    jobs: [{ id: 1, location: [36.9, -1.2] }],
  };
  const picture = join(folder, 'plan.svg');
  const drawn = await run(['--iterations', '5', '--svg', picture, write('drawn.json', request)]);
  expect(drawn.code).toBe(0);
  expect(readFileSync(picture, 'utf8')).toContain('<title>drawn</title>');
  const plain = await run(['--iterations', '5', '--svg', picture, write('plain.json', onALine(1))]);
  expect([plain.code, plain.err]).toEqual([2, expect.stringContaining('nothing to draw')]);
});

test('the same seed and iterations print the same plan', async () => {
  const file = write('again.json', onALine(20));
  const args = ['--iterations', '100', '--seed', '5', file];
  const [first, second] = await Promise.all([run(args), run(args)]);
  const routes = ({ out }: Ran): unknown => (JSON.parse(out) as VroomSolution).routes;
  expect(routes(second!)).toEqual(routes(first!));
});
