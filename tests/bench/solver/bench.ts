/**
 * How good are the plans, how fast do they come, what do they cost in memory?
 *
 *   npm run bench:solver -- [--times 0.25,1,5] [--seeds 1,2,3] [--only NAME] [--directory DIR] [--out FILE]
 *
 * Plans every published instance (a directory of VROOM requests with an index.json of best known
 * costs) and prints the gap to the best known cost. The budget is charged in CPU time of the
 * solving thread, so that neighbours on the machine take no part of it; they still take cache,
 * so a busy machine shows worse figures, never better ones. The first plan and memory are
 * measured in fresh processes, cold.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { solveAndExplain, verify } from '../../../solver/mod.ts';
import type { VroomInput } from '../../../solver/mod.ts';
import { threadMilliseconds } from './clock.ts';
import { scatteredRequest } from './scattered.ts';

/** Mean gaps of VROOM 1.14 and of the prototype over 28 instances, ../shared/design/routing.md. */
const ELSEWHERE = [
  'VROOM 1.14, exploration 1: 3.35 % (median CPU 0.27 s, largest 3.2 s)',
  'VROOM 1.14, exploration 5: 1.45 % (median CPU 2.7 s, largest 61 s)',
  'prototype of routing.md: 1.69 % at 0.25 s, 1.04 % at 1 s, 0.59 % at 5 s (worst seed 4.7 %)',
];

interface Run {
  name: string;
  n: number;
  seconds: number;
  seed: number;
  cost: number;
  bestKnown: number;
  gap: number;
  routes: number;
  unassigned: number;
  iterationsPerSecond: number;
}

interface Cold {
  runtime: string;
  jobs: number;
  firstPlanMs: number;
  iterations: number;
  rssMb: number;
  idleRssMb: number;
  longestPauseMs: number;
}

const repository = new URL('../../../', import.meta.url).pathname;
const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '0.25,1,5' },
    seeds: { type: 'string', default: '1,2,3' },
    only: { type: 'string', default: '' },
    directory: { type: 'string', default: join(repository, '..', 'shared', 'data', 'vrp') },
    out: { type: 'string', default: join(repository, 'test-results', 'bench-solver.json') },
  },
});

const RUNTIMES: { runtime: string; command: string[] }[] = [
  { runtime: 'node', command: [process.execPath, '--no-warnings'] },
  {
    runtime: 'deno',
    command: [join(repository, 'node_modules', '.bin', 'deno'), 'run', '-A', '--no-check'],
  },
];

function coldInChild(jobs: number): Cold[] {
  const script = new URL('./cold.ts', import.meta.url).pathname;
  const file = join(mkdtempSync(join(tmpdir(), 'mzigo-bench-')), 'request.json');
  writeFileSync(file, scatteredRequest(jobs));
  const results = RUNTIMES.map(({ runtime, command: [program, ...flags] }) => {
    const child = spawnSync(program!, [...flags, script, file]);
    if (child.status !== 0) throw new Error(`${runtime}: ${child.stderr?.toString()}`);
    return { runtime, ...(JSON.parse(child.stdout.toString()) as Omit<Cold, 'runtime'>) };
  });
  rmSync(dirname(file), { recursive: true });
  return results;
}

async function runAll(): Promise<Run[]> {
  const indexFile = join(values.directory, 'index.json');
  if (!existsSync(indexFile)) {
    throw new Error(`No instances to measure: ${indexFile} is absent. Name them with --directory.`);
  }
  const index = JSON.parse(readFileSync(indexFile, 'utf8')) as {
    name: string;
    n: number;
    bks: number;
  }[];
  const seeds = values.seeds.split(',').map(Number);
  const runs: Run[] = [];
  for (const seconds of values.times.split(',').map(Number)) {
    for (const { name, n, bks } of index) {
      if (!name.includes(values.only)) continue;
      const text = readFileSync(join(values.directory, `${name}.json`), 'utf8');
      for (const seed of seeds) {
        const input = JSON.parse(text) as VroomInput;
        const before = threadMilliseconds();
        const { solution, iterations } = await solveAndExplain(input, {
          time: seconds,
          seed,
          clock: threadMilliseconds,
        });
        const used = (threadMilliseconds() - before) / 1000;
        const faults = verify(input, solution);
        if (faults.length > 0) throw new Error(`${name}: ${faults.join(', ')}`);
        const { cost, routes, unassigned } = solution.summary;
        const gap = 100 * (cost / bks - 1);
        const iterationsPerSecond = Math.round(iterations / used);
        runs.push({
          name,
          n,
          seconds,
          seed,
          cost,
          bestKnown: bks,
          gap,
          routes,
          unassigned,
          iterationsPerSecond,
        });
      }
      if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${seconds} s  ${name}`);
    }
  }
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  return runs;
}

const mean = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length;
const percent = (value: number): string => value.toFixed(2).padStart(6);

function printTable(runs: Run[]): void {
  const times = [...new Set(runs.map((run) => run.seconds))];
  const names = [...new Set(runs.map((run) => run.name))];
  const heads = times.map((s) => `gap at ${s} s: mean, worst`.padStart(28));
  console.log(
    `${'instance'.padEnd(14)}${'jobs'.padStart(5)}${heads.join('')}${'it/s'.padStart(9)}`,
  );
  for (const name of names) {
    const own = runs.filter((run) => run.name === name);
    const cells = times.map((seconds) => {
      const some = own.filter((run) => run.seconds === seconds);
      const out = some.some((run) => run.unassigned > 0) ? ' !' : '  ';
      const gaps = some.map((run) => run.gap);
      return `${percent(mean(gaps))} %${percent(Math.max(...gaps))} %${out}`.padStart(28);
    });
    const speed = Math.round(mean(own.map((run) => run.iterationsPerSecond)));
    const jobs = String(own[0]!.n).padStart(5);
    console.log(`${name.padEnd(14)}${jobs}${cells.join('')}${String(speed).padStart(9)}`);
  }
  const totals = times.map((seconds) => {
    const gaps = runs.filter((run) => run.seconds === seconds).map((run) => run.gap);
    return `${percent(mean(gaps))} %${percent(Math.max(...gaps))} %  `.padStart(28);
  });
  console.log(`${'all'.padEnd(19)}${totals.join('')}`);
  console.log(`\nFor comparison, over 28 instances of these families:`);
  for (const line of ELSEWHERE) console.log(`  ${line}`);
}

async function main(): Promise<void> {
  const runs = await runAll();
  printTable(runs);
  const cold = [100, 400, 1000].flatMap(coldInChild);
  console.log(
    '\nCold, in a process of its own (CPU time from the parsed request on, matrix in the request):',
  );
  for (const { runtime, jobs, firstPlanMs, iterations, rssMb, idleRssMb, longestPauseMs } of cold) {
    console.log(
      `  ${runtime}, ${String(jobs).padStart(4)} jobs: first plan ${firstPlanMs.toFixed(0)} ms, ${iterations} iterations in 1 s, ` +
        `${rssMb.toFixed(0)} MB at most (${idleRssMb.toFixed(0)} MB before the request), ` +
        `at most ${longestPauseMs.toFixed(1)} ms between two turns of the event loop`,
    );
  }
  mkdirSync(dirname(values.out), { recursive: true });
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version };
  writeFileSync(values.out, `${JSON.stringify({ machine, cold, runs }, null, 2)}\n`);
  console.log(`\nSaved to ${values.out}`);
}

await main();
