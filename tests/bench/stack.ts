import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stateHome } from '../../supabase/stack/paths.ts';
import { freePort } from '../../supabase/stack/ports.ts';
import { startStack, type Stack } from '../../supabase/stack/stack.ts';
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
