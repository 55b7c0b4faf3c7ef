import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Doorway } from './doorway.ts';
import { explain, StackError } from './errors.ts';
import { externalProject, startExternal } from './external.ts';
import { catchLastResort } from './last_resort.ts';
import { keep, keeperPid } from './keeper.ts';
import { awaitFree, holder, readRunning } from './lock.ts';
import { stateHome } from './paths.ts';
import { startStack } from './stack.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

function readPort(): number {
  const text = process.env['PORT'] ?? '4321';
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new StackError(`PORT has to be a number from 1 to 65535, not "${text}".`);
}

const readHost = (): string => process.env['HOST'] ?? '127.0.0.1';

function step(name: string, result: string, milliseconds: number): void {
  say(
    `  ${name.padEnd(10)} ${result.padEnd(44)} ${(milliseconds / 1000).toFixed(1).padStart(5)} s`,
  );
}

const DEMO = `
Sign in with the password mzigo-demo-2026:
  <role>@acme.test and <role>@globex.test, where <role> is one of
  owner admin manager sales agent warehouse dispatcher driver auditor finance analyst viewer customer
  super@mzigo.test sees the platform

Stop with ctrl-C or npm stop.`;

/** A second signal this long after the first is meant; ctrl-C under npm may send two at once. */
const MEANT_MS = 1000;

/**
 * The first signal stops in order, a second one at once. npm puts a shell in between, which a signal to
 * npm ends without telling us: losing it counts as a signal, too, as does losing the keeper, with whom
 * there is a channel.
 */
function untilSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let first = 0;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (first === 0) first = performance.now();
        else if (performance.now() - first > MEANT_MS) process.exit(130);
        resolve(signal);
      });
    }
    process.once('disconnect', () => resolve('SIGTERM'));
    if (process.env['npm_lifecycle_event'] === undefined) return;
    const parent = process.ppid;
    setInterval(() => process.ppid === parent || resolve('SIGTERM'), 500).unref();
  });
}

async function start(flags: Set<string>): Promise<void> {
  const begin = performance.now();
  const signal = untilSignal().then(() => null);
  const ending = new AbortController();
  const options = {
    home: stateHome,
    port: readPort(),
    host: readHost(),
    signal: ending.signal,
  };
  const external = externalProject();
  say(external ? 'Mzigo, on a project of your own' : 'Mzigo');
  const isFresh = flags.has('--fresh');
  const starting = external
    ? startExternal(external, {
        ...options,
        isFresh,
        isConfirmed: flags.has('--yes'),
        onStep: step,
      })
    : startStack({ ...options, isFresh, onStep: step });
  const stack = await Promise.race([starting, signal]);
  if (!stack) {
    ending.abort();
    const started = await starting.catch(() => null);
    await started?.stop();
    return;
  }
  catchLastResort();
  say(`\nReady in ${((performance.now() - begin) / 1000).toFixed(1)} s: ${stack.url}`);
  if (!external) say(DEMO);
  try {
    await Promise.race([signal, stack.failed]);
    say('\nStopping …');
  } finally {
    await stack.stop();
  }
}

/** Takes the port, so that a busy one is known before anything else, and starts what answers there. */
async function startKept(flags: string[]): Promise<number> {
  const ended = untilSignal();
  const external = externalProject();
  if (!external) await awaitFree(stateHome);
  const hasPort = !external || external.url !== null;
  const doorway = hasPort ? await Doorway.open(readPort(), readHost()) : null;
  void ended.then(() => doorway?.close());
  return keep(join(import.meta.dirname, 'cli.mjs'), flags, ended, say, doorway);
}

async function stop(): Promise<void> {
  const pid = await holder(stateHome);
  if (pid === null) return say('Mzigo is not running.');
  process.kill(pid, 'SIGTERM');
  for (let waited = 0; waited < 300; waited += 1) {
    if ((await holder(stateHome)) !== pid) return say('Stopped.');
    await sleep(100);
  }
  throw new StackError(`Process ${pid} did not stop within 30 s; look at it before you kill it.`);
}

async function status(): Promise<void> {
  const running = await readRunning(stateHome);
  const pid = await holder(stateHome);
  if (pid === null) {
    say('Mzigo is not running; start it with npm start.');
    process.exitCode = 3;
    return;
  }
  if (running === null) return say(`Mzigo is starting (process ${pid}).`);
  const answer = await fetch(`${running.url}/ready`).catch(() => null);
  say(
    `Mzigo ${running.version} ${answer?.ok ? 'is running' : 'does not answer'} at ${running.url}`,
  );
  say(`  process    ${pid}`);
  say(`  state      ${stateHome}`);
  say(`  database   ${running.databaseUrl.replace(/:[^:@/]+@/, ':…@')}`);
  if (!answer?.ok) process.exitCode = 1;
}

const [command = 'start', ...rest] = process.argv.slice(2);
const flags = new Set(rest);
try {
  const unknown = rest.find((flag) => !['--fresh', '--yes'].includes(flag));
  if (unknown !== undefined) throw new StackError(`There is no option ${unknown}.`);
  if (command === 'start' && keeperPid() !== null) await start(flags);
  else if (command === 'start') process.exitCode = await startKept(rest);
  else if (command === 'stop') await stop();
  else if (command === 'status') await status();
  else throw new StackError(`There is no command ${command}; use start, stop or status.`);
} catch (error) {
  process.stderr.write(`\n${explain(error)}\n`);
  process.exitCode = 1;
}
// Connections that are kept alive for a next call must not keep the process alive.
process.exit();
