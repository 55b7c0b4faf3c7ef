import { spawn } from 'node:child_process';
import { glob, mkdir, readFile, stat } from 'node:fs/promises';
import { createWriteStream } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { StackError } from './errors.ts';
import { repositoryRoot } from './paths.ts';

export const portalFolder = join(repositoryRoot, 'web', 'build');

const SOURCES = ['src/**/*', 'static/**/*', 'package.json', 'vite.config.ts', 'messages/*'];

async function modified(path: string): Promise<number> {
  return (await stat(path).catch(() => null))?.mtimeMs ?? 0;
}

/** True when there is no build, or a source is younger than it. */
export async function isPortalStale(): Promise<boolean> {
  const built = await modified(join(portalFolder, '200.html'));
  if (built === 0) return true;
  const web = join(repositoryRoot, 'web');
  for await (const file of glob(SOURCES, { cwd: web })) {
    const info = await stat(join(web, file)).catch(() => null);
    if (info?.isFile() && info.mtimeMs > built) return true;
  }
  return false;
}

/** Builds the portal with Vite; its output goes into the log. */
export async function buildPortal(home: string): Promise<void> {
  const require = createRequire(join(repositoryRoot, 'web', 'package.json'));
  const vite = join(dirname(require.resolve('vite/package.json')), 'bin', 'vite.js');
  const log = join(home, 'logs', 'portal.log');
  await mkdir(dirname(log), { recursive: true });
  const output = createWriteStream(log);
  const child = spawn(process.execPath, [vite, 'build'], {
    cwd: join(repositoryRoot, 'web'),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.pipe(output, { end: false });
  child.stderr.pipe(output, { end: false });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  output.end();
  if (code === 0) return;
  const lines = (await readFile(log, 'utf8').catch(() => '')).trim().split('\n');
  const reason = lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? '';
  throw new StackError(`The portal could not be built: ${reason} (all of it in ${log}).`);
}
