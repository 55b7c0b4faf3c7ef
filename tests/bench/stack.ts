import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '../../supabase/stack/database.ts';
import { installServer } from '../../supabase/stack/binaries.ts';
import { readRunning, type Running } from '../../supabase/stack/lock.ts';
import { databaseHome, repositoryRoot, stateHome } from '../../supabase/stack/paths.ts';
import { freePort } from '../../supabase/stack/ports.ts';
import { SUPERUSER } from '../../supabase/stack/postgres.ts';
import { prepareDatabase } from './server.ts';

export interface BenchStack {
  stack: Running & { superuserUrl: string };
  /** The process of PostgreSQL whose children serve the connections. */
  postmaster: number;
  stop(): Promise<void>;
}

/**
 * `npm start` as everybody runs it, workers included, durable, with the company of the bench. A process
 * of its own: what asks and what answers must not share a thread.
 */
export async function startBenchStack(nodeFlags: string[] = []): Promise<BenchStack> {
  const home = await mkdtemp(join(tmpdir(), 'mzigo-bench-'));
  await installServer(databaseHome(stateHome));
  await symlink(join(databaseHome(stateHome), 'runtime'), join(home, 'runtime'));
  const cli = join(repositoryRoot, 'supabase', 'stack', 'cli.mjs');
  const child = spawn(process.execPath, [...nodeFlags, cli, 'start'], {
    env: { ...process.env, MZIGO_HOME: home, PORT: String(await freePort()) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    await rm(home, { recursive: true, force: true });
  };
  try {
    let running = null;
    while ((running = await readRunning(home)) === null) {
      if (child.exitCode !== null) throw new Error('The stack did not start.');
      await sleep(100);
    }
    const url = new URL(running.databaseUrl);
    url.username = SUPERUSER;
    await prepareDatabase(url.href);
    const pidFile = join(databaseHome(home), 'data', 'postgres', 'postmaster.pid');
    const postmaster = Number((await readFile(pidFile, 'utf8')).split('\n')[0]);
    return { stack: { ...running, superuserUrl: url.href }, postmaster, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Waits until the workers have dealt with what the last measurement left in the queues. */
export async function untilQueuesAreEmpty(superuserUrl: string): Promise<void> {
  const client = await connect(superuserUrl);
  try {
    for (let waited = 0; waited < 300; waited += 1) {
      const { rows } = await client.query<{ depth: number }>(
        `select coalesce(sum(queue_length), 0)::integer as depth from pgmq.metrics_all() where queue_name <> 'dead_letter'`,
      );
      if (rows[0]?.depth === 0) return;
      await sleep(1000);
    }
    throw new Error('The workers did not empty the queues within five minutes.');
  } finally {
    await client.end();
  }
}
