import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { databaseHome } from '../../supabase/stack/paths.ts';
import type { Target } from './target.ts';

const KILOBYTE = 1024;

/** The process that answers. */
export async function answeringProcess(target: Target): Promise<number> {
  const { json, text } = await target.send('/health');
  const pid = json?.['pid'];
  if (typeof pid !== 'number') throw new Error(`/health does not name a process: ${text}`);
  return pid;
}

/** The first process of PostgreSQL. */
export async function databaseProcess({ home }: Target): Promise<number> {
  const file = join(databaseHome(home), 'data', 'postgres', 'postmaster.pid');
  return Number((await readFile(file, 'utf8')).split('\n')[0]);
}

/** Bytes of memory that a process holds; only Linux tells. */
export async function memoryOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * KILOBYTE;
}
