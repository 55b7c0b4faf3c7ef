import { readFileSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { StackError, errorCode } from './errors.ts';

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
  const pid = Number(await readOptional(lockFile(home)));
  return Number.isInteger(pid) && pid > 0 && isStack(pid) ? pid : null;
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

/** Two stacks on one data folder would destroy it: the second is turned away. */
export async function acquireLock(home: string): Promise<void> {
  await mkdir(home, { recursive: true });
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      await writeFile(lockFile(home), String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
    const pid = await holder(home);
    if (pid !== null) {
      const url = (await readRunning(home))?.url;
      throw new StackError(
        `Mzigo is already ${url ? `running at ${url}` : 'starting'} (process ${pid}); stop it with npm stop.`,
      );
    }
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
