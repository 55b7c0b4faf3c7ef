import { execFileSync, spawn } from 'node:child_process';
import { chmod, mkdtemp, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { installServer } from '../../supabase/stack/binaries.ts';
import { databaseHome, repositoryRoot, stateHome } from '../../supabase/stack/paths.ts';
import { freePort } from '../../supabase/stack/ports.ts';

const CLI = join(repositoryRoot, 'supabase', 'stack', 'cli.mjs');
const FULL = 'The disk is full; free some space and start again, nothing was lost.';

// Each test makes a database.
vi.setConfig({ testTimeout: 240_000 });

let home: string;
let port: number;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'mzigo-full-'));
  await chmod(home, 0o755);
  port = await freePort();
  await installServer(databaseHome(stateHome));
});

afterEach(() => rm(home, { recursive: true, force: true }));

const linkRuntime = () => symlink(join(databaseHome(stateHome), 'runtime'), join(home, 'runtime'));

async function run(command: string, args: string[], isEndedWhenReady = true) {
  const child = spawn(command, args, {
    env: { ...process.env, MZIGO_HOME: home, PORT: String(port) },
  });
  let output = '';
  let isEnded = false;
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    // A start that succeeds has proved what it is for.
    if (isEndedWhenReady && !isEnded && output.includes('Ready in')) {
      isEnded = true;
      child.kill('SIGTERM');
    }
  });
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output };
}

const start = () => run(process.execPath, [CLI, 'start']);

/** One sentence, no trace, and the exit code of a failure. */
function expectFull({ code, output }: { code: number | null; output: string }) {
  expect(output).toContain(FULL);
  expect(output).not.toMatch(/^\s+at /m);
  expect(code).toBe(1);
}

// Whatever is written to /dev/full finds no space, on every machine and for every account.
test('a first start without space for a file of its own says so and leaves nothing', async () => {
  await linkRuntime();
  await symlink('/dev/full', join(home, 'secrets.json.new'));
  expectFull(await start());
  expect((await readdir(home)).toSorted()).toEqual(['runtime', 'secrets.json.new']);
  await rm(join(home, 'secrets.json.new'));
  expect((await start()).output).toContain('Ready in');
});

test('PostgreSQL without space says so, and its data is there when there is some', async () => {
  await linkRuntime();
  expect((await start()).output).toContain('created');
  const options = join(databaseHome(home), 'data', 'postgres', 'postmaster.opts');
  await rm(options);
  await symlink('/dev/full', options);
  expectFull(await start());
  expect(await readdir(home)).not.toContain('stack.lock');
  await rm(options);
  expect((await start()).output).toMatch(/opened[^]*up to date[^]*Ready in/);
});

/** How a small disk of one's own is had here: root and, on most systems, anybody may mount one. */
const MOUNTERS = [
  ['unshare', '--mount', 'sh', '-c'],
  ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c'],
];

function mounter(): string[] | undefined {
  const probe = `mount -t tmpfs -o size=1m tmpfs ${tmpdir()}`;
  const own = process.getuid?.() === 0 ? MOUNTERS.slice(0, 1) : MOUNTERS.slice(1);
  return own.find(([command = '', ...args]) => {
    try {
      execFileSync(command, [...args, probe], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
}

const found = mounter();
if (found) {
  const [command = '', ...args] = found;
  const { getuid = () => 0, getgid = () => 0 } = process;
  const asMyself = `unshare --user --map-user=${getuid()} --map-group=${getgid()}`;

  /** Runs the script in the home folder, which is a disk of that many megabytes. */
  const runOnDisk = async (megabytes: number, script: string) => {
    const file = join(tmpdir(), `mzigo-full-${port}.sh`);
    await writeFile(file, script);
    const self = getuid() === 0 ? '' : asMyself;
    const mount = `mount -t tmpfs -o size=${megabytes}m,mode=755,uid=${getuid()} tmpfs "$MZIGO_HOME"`;
    try {
      return await run(
        command,
        [...args, `${mount} && cd "$MZIGO_HOME" && exec ${self} sh ${file}`],
        false,
      );
    } finally {
      await rm(file);
    }
  };
  const node = `"${process.execPath}" "${CLI}"`;
  const link = `ln -s "${join(databaseHome(stateHome), 'runtime')}" runtime`;

  test.each([1, 48])('a first start on a disk of %i MB says that it is full', async (size) => {
    expectFull(await runOnDisk(size, `${link}; exec ${node} start`));
  });

  test('a disk that filled up stops the next start and destroys nothing', async () => {
    await mkdir(join(home, 'data'), { recursive: true });
    const { output } = await runOnDisk(
      400,
      `${link}
      begin() { ${node} start & pid=$!; until grep -qs '"url"' stack.json || ! kill -0 $pid; do sleep 0.1; done; kill $pid; wait $pid; }
      begin
      dd if=/dev/zero of=filler bs=1M 2>/dev/null
      echo "== full"
      ${node} start; echo "== ended with $?"
      rm filler
      begin`,
    );
    const [first = '', full = '', again = ''] = output.split('==').map((part) => part.trim());
    expect(first).toContain('created');
    expect(full).toContain(FULL);
    expect(again).toContain('ended with 1');
    expect(again).toMatch(/opened[^]*up to date/);
  });
}
