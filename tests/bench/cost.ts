/**
 * What one request costs in processor time: in the stack's own process, in PostgreSQL and in the
 * functions, with a call that does nothing as the floor: `node tests/bench/cost.ts [--seconds 3]`.
 */
import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { parseArgs, promisify } from 'node:util';
import { readCompany } from './company.ts';
import { place } from './flows.ts';
import { listOverHttp, openHttp } from './http.ts';
import { measure, type Operation } from './measure.ts';
import { addHistory } from './server.ts';
import { startBenchStack } from './stack.ts';

const CLIENTS = 8;
const ORDERS = 10_000;

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    profile: { type: 'string' },
  },
});
const seconds = Number(options.seconds);
const profiling = options.profile ? ['--cpu-prof', `--cpu-prof-dir=${options.profile}`] : [];

/** Ticks of a hundredth of a second that a process has used, and those of its children that ended. */
async function ticksOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return [11, 12, 13, 14].reduce((sum, field) => sum + Number(fields[field] ?? 0), 0);
}

async function childrenOf(pid: number): Promise<number[]> {
  const tasks = await readdir(`/proc/${pid}/task`);
  const lists = tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'utf8'));
  return (await Promise.all(lists)).join(' ').split(' ').filter(Boolean).map(Number);
}

async function familyTicks(pid: number): Promise<number> {
  const ticks = await Promise.all([pid, ...(await childrenOf(pid))].map(ticksOf));
  return ticks.reduce((sum, it) => sum + it, 0);
}

const { stack, postmaster, stop } = await startBenchStack(profiling);
try {
  await addHistory(stack.superuserUrl, 1, ORDERS);
  const company = await readCompany(stack.superuserUrl);
  const http = await openHttp(stack, company);
  const { stdout } = await promisify(execFile)('getconf', ['CLK_TCK']);
  const perTick = 1000 / Number(stdout);
  const operations: [string, number, (client: number) => Operation][] = [
    ['a command that does nothing', 1, () => () => http.call('manager', 'bench_nothing', {})],
    ['who am I', 1, () => () => http.call('manager', 'my_session', {})],
    ['list of 50 orders', 1, () => listOverHttp(http)],
    ['place and allocate', 2, (client) => place(http, company, client)],
  ];
  process.stdout.write(
    `${'milliseconds of processor time per request'.padEnd(44)}   stack  postgres  requests/s\n`,
  );
  for (const [name, requests, make] of operations.filter(([it]) => it.includes(options.only))) {
    await measure([make(0)], 0.5);
    const before = [await ticksOf(stack.pid), await familyTicks(postmaster)];
    const begin = performance.now();
    let count = 0;
    const counted = Array.from({ length: CLIENTS }, (_, client) => {
      const operation = make(client);
      return async () => {
        await operation();
        count += requests;
      };
    });
    await measure(counted, seconds);
    const elapsed = (performance.now() - begin) / 1000;
    const after = [await ticksOf(stack.pid), await familyTicks(postmaster)];
    const [own = 0, database = 0] = after.map(
      (ticks, index) => ((ticks - (before[index] ?? 0)) * perTick) / count,
    );
    process.stdout.write(
      `${name.padEnd(44)} ${own.toFixed(3).padStart(7)} ${database.toFixed(3).padStart(9)} ${(count / elapsed).toFixed(0).padStart(11)}\n`,
    );
  }
} finally {
  await stop();
}
process.exit();
