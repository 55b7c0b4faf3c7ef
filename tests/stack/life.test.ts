import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { doorsOfProcesses } from '../../scripts/attack/doors.ts';
import { Target } from '../../scripts/attack/target.ts';
import { installServer } from '../../supabase/stack/binaries.ts';
import { databaseHome, repositoryRoot, stateHome } from '../../supabase/stack/paths.ts';
import { freePort } from '../../supabase/stack/ports.ts';
import { furnish } from '../harness/stack.ts';

const CLI = join(repositoryRoot, 'supabase', 'stack', 'cli.mjs');

vi.setConfig({ testTimeout: 240_000 });

let home: string;
let port: number;
const started: ReturnType<typeof spawn>[] = [];

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'mzigo-life-'));
  port = await freePort();
  // Unpacking the server again for each test would take longer than the test.
  await installServer(stateHome);
  await symlink(join(stateHome, 'runtime'), join(home, 'runtime'));
});

afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('exit', resolve));
  }
  await rm(home, { recursive: true, force: true });
});

function launch(command: string, options: { flags?: string[]; nodeFlags?: string[] } = {}) {
  const { flags = [], nodeFlags = [] } = options;
  const child = spawn(process.execPath, [...nodeFlags, CLI, command, ...flags], {
    env: { ...process.env, MZIGO_HOME: home, PORT: String(port), MZIGO_TEST_STACK: '' },
  });
  started.push(child);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { child, ended, output: () => output };
}

async function run(command: string, flags: string[] = []) {
  const { ended, output } = launch(command, { flags });
  return { code: await ended, output: output() };
}

/** A stack that is up, on a home where one was before. */
async function start() {
  if (!existsSync(join(home, 'data'))) await furnish(home);
  const process = launch('start');
  while (!process.output().includes('Ready in')) {
    if (process.child.exitCode !== null) throw new Error(process.output());
    await sleep(50);
  }
  const text = await readFile(join(home, 'stack.json'), 'utf8');
  return {
    ...process,
    stack: JSON.parse(text) as {
      databaseUrl: string;
      pid: number;
      url: string;
      publishableKey: string;
    },
  };
}

async function query(url: string, text: string) {
  const client = new pg.Client(url);
  await client.connect();
  const result = await client.query<Record<string, unknown>>(text);
  await client.end();
  return result.rows;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(50);
}

test('status and stop say what is going on', async () => {
  expect(await run('status')).toMatchObject({
    code: 3,
    output: expect.stringContaining('not running'),
  });
  expect(await run('stop')).toMatchObject({
    code: 0,
    output: expect.stringContaining('not running'),
  });
  const { stack, ended } = await start();
  const status = await run('status');
  expect(status).toMatchObject({ code: 0, output: expect.stringContaining(stack.url) });
  expect(status.output).not.toContain(new URL(stack.databaseUrl).password);
  expect((await run('stop')).output).toContain('Stopped');
  expect(await ended).toBe(0);
  expect(await readdir(home)).not.toContain('stack.json');
});

test('a second stack on the same data is turned away', async () => {
  await start();
  port = await freePort();
  const second = await run('start');
  expect(second.code).toBe(1);
  expect(second.output).toContain('already running');
});

/** The process of PostgreSQL and the file that it removes last. */
async function postmaster() {
  const file = join(databaseHome(home), 'data', 'postgres', 'postmaster.pid');
  return { file, pid: Number((await readFile(file, 'utf8')).split('\n')[0]) };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

// Under npm a terminal's ctrl-C may arrive twice: once from the terminal and once handed on.
test.each([[['SIGINT']], [['SIGTERM']], [['SIGINT', 'SIGINT']]] as NodeJS.Signals[][][])(
  'a stack that was ended by %j has ended PostgreSQL before itself',
  async (signals) => {
    const { child, ended, output } = await start();
    const { pid, file } = await postmaster();
    child.kill(signals[0]);
    await until(async () => output().includes('Stopping'));
    if (signals[1]) child.kill(signals[1]);
    expect(await ended).toBe(0);
    expect({ isAlive: isAlive(pid), file: existsSync(file) }).toEqual({
      isAlive: false,
      file: false,
    });
    expect(await readdir(home)).not.toContain('stack.json');
  },
);

test('npm that is ended takes the stack along', async () => {
  const npm = spawn('npm', ['start'], {
    cwd: repositoryRoot,
    env: { ...process.env, MZIGO_HOME: home, PORT: String(port), MZIGO_TEST_STACK: '' },
    stdio: 'ignore',
  });
  started.push(npm);
  await until(async () => existsSync(join(home, 'stack.json')));
  const { pid, file } = await postmaster();
  npm.kill('SIGTERM');
  await until(async () => !isAlive(pid));
  await until(async () => !existsSync(join(home, 'stack.json')));
  expect(existsSync(file)).toBe(false);
});

test('a stack that is killed is started again, and what was saved is there', async () => {
  const { stack, output, child } = await start();
  await query(stack.databaseUrl, 'create table public.kept as select 42 as answer');
  process.kill(stack.pid, 'SIGKILL');
  await until(async () => output().split('Ready in').length === 3);
  expect(output()).toContain('was killed (SIGKILL) and is started again');
  const text = await readFile(join(home, 'stack.json'), 'utf8');
  const again = JSON.parse(text) as { databaseUrl: string; pid: number };
  expect(again.pid).not.toBe(stack.pid);
  expect(await query(again.databaseUrl, 'select answer from public.kept')).toEqual([
    { answer: 42 },
  ]);
  expect(child.exitCode).toBeNull();
  expect((await run('stop')).output).toContain('Stopped');
});

test('while what answers is started again, nobody finds the port closed', async () => {
  const { stack, output } = await start();
  const told: { status: number; retryAfter: string | null }[] = [];
  const refused: unknown[] = [];
  process.kill(stack.pid, 'SIGKILL');
  await until(async () => {
    // What the killed process had in hand is cut; whoever comes now is answered.
    const answer = await fetch(`${stack.url}/health`, { headers: { connection: 'close' } }).catch(
      (error: Error) => void refused.push((error.cause as NodeJS.ErrnoException).code),
    );
    if (!answer) return false;
    const body = (await answer.json()) as { pid?: number };
    told.push({ status: answer.status, retryAfter: answer.headers.get('retry-after') });
    return body.pid !== undefined && body.pid !== stack.pid;
  });
  expect(refused).not.toContain('ECONNREFUSED');
  expect(told.length).toBeGreaterThan(1);
  expect(told.slice(0, -1)).toEqual(told.slice(1).map(() => ({ status: 503, retryAfter: '1' })));
  await until(async () => output().split('Ready in').length === 3);
});

test('a killed stack leaves nothing running, and what was saved is there again', async () => {
  const first = await start();
  await query(first.stack.databaseUrl, 'create table public.kept as select 42 as answer');
  first.child.kill('SIGKILL');
  // The stack is still ending; the second one waits for it.
  const second = await start();
  expect(await query(second.stack.databaseUrl, 'select answer from public.kept')).toEqual([
    { answer: 42 },
  ]);
});

/** A request that needs the database. */
async function askFront(stack: { url: string; publishableKey: string }): Promise<Response> {
  const answer = await fetch(`${stack.url}/rest/v1/tenants`, {
    headers: { apikey: stack.publishableKey },
  });
  await answer.body?.cancel();
  return answer;
}

/** Waits for PostgreSQL to stand again as another process. */
async function nextPostmaster(before: number): Promise<number> {
  let next = 0;
  await until(async () => {
    next = await postmaster().then(
      (it) => it.pid,
      () => 0,
    );
    return next > 0 && next !== before;
  });
  return next;
}

test.each(doorsOfProcesses)('$name', async ({ attempt }) => {
  const { stack } = await start();
  const target = new Target({ ...stack, home, jwtSecret: '' });
  await expect(attempt(target)).resolves.toBeTypeOf('string');
  target.close();
});

test('PostgreSQL that is killed stands again by itself, with all that was saved', async () => {
  const { stack, output } = await start();
  await query(stack.databaseUrl, 'create table public.kept as select 42 as answer');
  const { pid } = await postmaster();
  process.kill(pid, 'SIGKILL');
  const answers: Response[] = [];
  const ask = async () => {
    const answer = await askFront(stack);
    answers.push(answer);
    return answer.status !== 503;
  };
  await nextPostmaster(pid);
  await until(ask);
  for (const answer of answers.slice(0, -1)) {
    expect(answer.headers.get('retry-after')).toBe('1');
  }
  expect(await query(stack.databaseUrl, 'select answer from public.kept')).toHaveLength(1);
  expect(output()).not.toContain('does not stay up');
});

test('PostgreSQL that dies five times in a minute is given up in one sentence', async () => {
  const { ended, output, stack } = await start();
  let { pid } = await postmaster();
  for (let death = 1; death < 5; death += 1) {
    process.kill(pid, 'SIGKILL');
    pid = await nextPostmaster(pid);
    // By now the stack knows that it stands.
    await until(async () => (await askFront(stack)).status !== 503);
  }
  process.kill(pid, 'SIGKILL');
  expect(await ended).toBe(1);
  expect(output()).toContain('PostgreSQL does not stay up');
  const again = await start();
  expect(again.output()).toContain('recovered after a crash');
});

test('a busy port is named together with the way around it', async () => {
  const other = createServer().listen(port, '127.0.0.1');
  const { code, output } = await run('start');
  other.close();
  expect(code).toBe(1);
  expect(output).toContain(`Port ${port} is taken`);
  expect(output).toContain(`PORT=${port + 1} npm start`);
});

test.each(['start', '--fresh'])('somebody else’s folder survives %s', async (flag) => {
  const data = join(databaseHome(home), 'data', 'postgres');
  await mkdir(data, { recursive: true });
  await writeFile(join(data, 'letter.txt'), 'mine');
  const { code, output } = await run('start', flag === 'start' ? [] : [flag]);
  expect(code).toBe(1);
  expect(output).toContain('nothing');
  expect(await readFile(join(data, 'letter.txt'), 'utf8')).toBe('mine');
});

test('a data folder of another PostgreSQL version is left alone', async () => {
  const data = join(databaseHome(home), 'data', 'postgres');
  await mkdir(data, { recursive: true });
  await writeFile(join(data, 'PG_VERSION'), '15\n');
  const { code, output } = await run('start');
  expect(code).toBe(1);
  expect(output).toContain('PostgreSQL 15');
  expect(await readFile(join(data, 'PG_VERSION'), 'utf8')).toBe('15\n');
});

test('lost secrets are reported as such and the data stays', async () => {
  const first = await start();
  await query(first.stack.databaseUrl, 'create table public.kept as select 42 as answer');
  await run('stop');
  const secrets = await readFile(join(home, 'secrets.json'), 'utf8');
  await rm(join(home, 'secrets.json'));
  const { code, output } = await run('start');
  expect(code).toBe(1);
  expect(output).toContain('secrets.json');
  await writeFile(join(home, 'secrets.json'), secrets);
  const again = await start();
  expect(await query(again.stack.databaseUrl, 'select answer from public.kept')).toHaveLength(1);
});

test('a damaged data folder is reported in one sentence', async () => {
  await start();
  await run('stop');
  const data = join(databaseHome(home), 'data', 'postgres');
  await rm(join(data, 'global', 'pg_control'));
  const { code, output } = await run('start');
  expect(code).toBe(1);
  expect(output).toContain('could not open its data');
  expect(output).toContain('Nothing was changed');
  expect(await readdir(data)).toContain('PG_VERSION');
});

test('--fresh begins anew', async () => {
  const first = await start();
  await query(first.stack.databaseUrl, 'create table public.kept as select 42 as answer');
  await run('stop');
  const { child, output } = launch('start', { flags: ['--fresh'] });
  await until(async () => output().includes('Ready in') || child.exitCode !== null);
  const stack = JSON.parse(await readFile(join(home, 'stack.json'), 'utf8')) as {
    databaseUrl: string;
  };
  expect(await query(stack.databaseUrl, "select to_regclass('public.kept') as kept")).toEqual([
    { kept: null },
  ]);
});

test('an option that does not exist is refused', async () => {
  expect(await run('start', ['--frehs'])).toMatchObject({
    code: 1,
    output: expect.stringContaining('no option --frehs'),
  });
});

test('an old Node is told which one is needed and where it is', async () => {
  const pretend =
    'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.20.2" } })';
  const nodeFlags = ['--import', `data:text/javascript,${pretend}`];
  const { ended, output } = launch('start', { nodeFlags });
  expect(await ended).toBe(1);
  expect(output()).toContain('needs Node 22');
  expect(output()).toContain('npm start');
  expect(output()).not.toContain('    at ');
});
