import { readFileSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { StackError, errorCode } from './errors.ts';
import { keeperPid } from './keeper.ts';

const runningSchema = z.object({
  url: z.string(),
  publishableKey: z.string(),
  secretKey: z.string(),
  databaseUrl: z.string(),
  pid: z.number(),
  version: z.string(),
});

/** What `.mzigo/stack.json` says about a running stack. */
export type Running = z.infer<typeof runningSchema>;

const stackFile = (home: string) => join(home, 'stack.json');
const lockFile = (home: string) => join(home, 'stack.lock');

/** How long a stack may take to end, and how often it is looked whether it has. */
const ENDING_MS = 30_000;
const ENDING_STEP_MS = 50;

async function readOptional(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** True when this process is a stack, not one that got the same number after a restart. */
export function isStack(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errorCode(error) !== 'EPERM') return false;
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('supabase/stack/');
  } catch {
    return process.platform !== 'linux';
  }
}

/** The process that holds this state folder, if one does. */
export async function holder(home: string): Promise<number | null> {
  return (await readLock(home))?.pid ?? null;
}

/** A stack whose keeper is gone is ending. */
async function readLock(home: string): Promise<{ pid: number; isEnding: boolean } | null> {
  const [pid = 0, keeper = 0] = ((await readOptional(lockFile(home))) ?? '').split(' ').map(Number);
  if (!Number.isInteger(pid) || pid <= 0 || !isStack(pid)) return null;
  return { pid, isEnding: keeper > 0 && !isStack(keeper) };
}

export async function readRunning(home: string): Promise<Running | null> {
  const text = await readOptional(stackFile(home));
  if (text === null) return null;
  try {
    return runningSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Returns when nobody holds the state folder: who is ending is waited for, who runs is an error. */
export async function awaitFree(home: string): Promise<void> {
  for (let waited = 0; ; waited += ENDING_STEP_MS) {
    const lock = await readLock(home);
    if (lock === null) return;
    if (!lock.isEnding || waited > ENDING_MS) {
      const url = (await readRunning(home))?.url;
      throw new StackError(
        `Mzigo is already ${url ? `running at ${url}` : 'starting'} (process ${lock.pid}); stop it with npm stop.`,
      );
    }
    await sleep(ENDING_STEP_MS);
  }
}

/** Two stacks on one data folder would destroy it: the second is turned away. */
export async function acquireLock(home: string): Promise<void> {
  await mkdir(home, { recursive: true });
  const text = keeperPid() === null ? `${process.pid}` : `${process.pid} ${keeperPid()}`;
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      await writeFile(lockFile(home), text, { flag: 'wx' });
      return;
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
    await awaitFree(home);
    await rm(lockFile(home), { force: true });
  }
  throw new StackError('Mzigo is being started somewhere else at this moment; try again.');
}

export async function publishRunning(home: string, running: Running): Promise<void> {
  await writeFile(stackFile(home), JSON.stringify(running, null, 2), { mode: 0o600 });
}

export async function releaseLock(home: string): Promise<void> {
  await rm(stackFile(home), { force: true });
  await rm(lockFile(home), { force: true });
}
