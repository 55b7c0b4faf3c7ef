import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Child } from '../../supabase/stack/child.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mzigo-child-'));
});

afterAll(() => rm(folder, { recursive: true }));

/** A program that starts another one, says which, and waits for it; asked to stop it does not. */
const STUBBORN = `trap '' TERM; sleep 600 & echo $! $$; wait`;

async function start(name: string, options: Partial<ConstructorParameters<typeof Child>[0]>) {
  const log = join(folder, name);
  const child = new Child({ command: '/bin/sh', args: ['-c', STUBBORN], log, ...options });
  const said = async () => (await readFile(log, 'utf8').catch(() => '')).trim();
  await expect.poll(said).toMatch(/^\d+ \d+$/);
  const pids = (await said()).split(' ').map(Number);
  return { child, pids };
}

/** Those that still run; what has ended and was not asked for by its parent yet does not. */
async function alive(pids: number[]): Promise<number[]> {
  const running = await Promise.all(
    pids.map(async (pid) => {
      const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      return (
        text !== '' && text.slice(text.lastIndexOf(')') + 2, text.lastIndexOf(')') + 3) !== 'Z'
      );
    }),
  );
  return pids.filter((_, index) => running[index]);
}

test('KILL ends a program together with everything it has started', async () => {
  const { child, pids } = await start('group', { stopSignal: 'KILL' });
  expect(await alive(pids)).toEqual(pids);
  await child.stop();
  await expect.poll(() => alive(pids)).toEqual([]);
});

test('a program that does not listen is made to stop when its time is over', async () => {
  const { child, pids } = await start('stubborn', { stopSignal: 'TERM', patience: 1 });
  await child.stop();
  const [started = 0, program = 0] = pids;
  expect(await alive([program])).toEqual([]);
  process.kill(started, 'SIGKILL');
});

test('a program that ends by itself says how', async () => {
  const log = join(folder, 'ended');
  const child = new Child({ command: '/bin/sh', args: ['-c', 'exit 7'], log });
  expect(await child.exited).toBe(7);
  expect(child.isRunning).toBe(false);
});
