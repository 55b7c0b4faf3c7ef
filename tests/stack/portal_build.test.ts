import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, mkdir, readFile, readdir, readlink, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { installServer } from '../../supabase/stack/binaries.ts';
import { databaseHome, repositoryRoot, stateHome } from '../../supabase/stack/paths.ts';
import { freePort } from '../../supabase/stack/ports.ts';

const PARTS = ['functions', 'package.json', 'seeds', 'supabase', 'tsconfig.json', 'web'];
const NOT_COPIED = ['web/build', 'web/.svelte-kit'].map((path) => join(repositoryRoot, path));

/** The repository as it is after `git clone` and `npm install`: nothing is built yet. */
let root: string;
let child: ReturnType<typeof spawn> | null = null;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'mzigo-clone-'));
  for (const part of PARTS) {
    await cp(join(repositoryRoot, part), join(root, part), {
      recursive: true,
      filter: (path) => !NOT_COPIED.includes(path),
    });
  }
  await symlink(join(repositoryRoot, 'node_modules'), join(root, 'node_modules'));
  await installServer(databaseHome(stateHome));
  await mkdir(join(root, '.mzigo'));
  await symlink(join(databaseHome(stateHome), 'runtime'), join(root, '.mzigo', 'runtime'));
});

afterEach(async () => {
  if (child === null || child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
});

afterAll(() => rm(root, { recursive: true, force: true }));

/** Processes that were started from the copy or work in it. */
async function processes(): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const folder = await readlink(`/proc/${pid}/cwd`).catch(() => '');
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (folder.startsWith(root) || command.includes(root)) {
      found.push(command.replaceAll('\0', ' '));
    }
  }
  return found;
}

const isBuilding = async () => (await processes()).some((it) => it.includes('vite.js build'));

test.each(['SIGTERM', 'SIGINT', 'SIGKILL'] as const)(
  '%s during the first build of the portal leaves nothing running and nothing half built',
  async (signal) => {
    child = spawn(process.execPath, [join(root, 'supabase/stack/cli.mjs'), 'start'], {
      env: { ...process.env, MZIGO_HOME: join(root, '.mzigo'), PORT: String(await freePort()) },
      stdio: 'ignore',
    });
    const ended = once(child, 'exit');
    await expect.poll(isBuilding, { timeout: 60_000, interval: 20 }).toBe(true);
    child.kill(signal);
    const [code] = (await ended) as [number | null];
    expect(code).toBe(signal === 'SIGKILL' ? null : 0);
    await expect.poll(processes, { timeout: 30_000 }).toEqual([]);
    expect(await readdir(join(root, 'web', 'build')).catch(() => [])).not.toContain('200.html');
    expect(await readdir(join(root, '.mzigo'))).not.toContain('stack.json');
  },
);
