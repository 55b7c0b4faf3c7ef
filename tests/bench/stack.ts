import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stateHome } from '../../supabase/stack/paths.ts';
import { freePort } from '../../supabase/stack/ports.ts';
import { startStack, type Stack } from '../../supabase/stack/stack.ts';
import { connect } from '../../supabase/stack/database.ts';
import { prepareDatabase } from './server.ts';

export interface BenchStack {
  stack: Stack;
  stop(): Promise<void>;
}

/** Everything that `npm start` runs, workers included, durable, with the company of the bench. */
export async function startBenchStack(): Promise<BenchStack> {
  const home = await mkdtemp(join(tmpdir(), 'mzigo-bench-'));
  const remove = () => rm(home, { recursive: true, force: true });
  const stack = await startStack({
    home,
    runtimeHome: stateHome,
    port: await freePort(),
    host: '127.0.0.1',
  }).catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  const stop = async () => {
    await stack.stop();
    await remove();
  };
  try {
    await prepareDatabase(stack.superuserUrl);
  } catch (error) {
    await stop();
    throw error;
  }
  return { stack, stop };
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
