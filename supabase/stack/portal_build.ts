import { glob, readFile, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Child } from './child.ts';
import { StackError } from './errors.ts';
import { repositoryRoot } from './paths.ts';

export const portalFolder = join(repositoryRoot, 'web', 'build');

const SOURCES = [
  'src/**/*',
  'static/**/*',
  'package.json',
  '*.ts',
  'messages/*',
  '*/settings.json',
];
/** What the build makes of the messages, and the checks do, too. */
const MADE = join('src', 'lib', 'paraglide');

async function modified(path: string): Promise<number> {
  return (await stat(path).catch(() => null))?.mtimeMs ?? 0;
}

/** True when there is no build, or a source is younger than it. */
export async function isPortalStale(): Promise<boolean> {
  const built = await modified(join(portalFolder, '200.html'));
  if (built === 0) return true;
  const web = join(repositoryRoot, 'web');
  for await (const file of glob(SOURCES, { cwd: web })) {
    if (file.startsWith(MADE)) continue;
    const info = await stat(join(web, file)).catch(() => null);
    if (info?.isFile() && info.mtimeMs > built) return true;
  }
  return false;
}

/**
 * Builds the portal with Vite; its output goes into the log. Ended before its time it leaves no page
 * behind that would be taken for a finished one: `200.html` is written last.
 */
export async function buildPortal(home: string, signal?: AbortSignal): Promise<void> {
  const require = createRequire(join(repositoryRoot, 'web', 'package.json'));
  const vite = join(dirname(require.resolve('vite/package.json')), 'bin', 'vite.js');
  const log = join(home, 'logs', 'portal.log');
  await rm(log, { force: true });
  signal?.throwIfAborted();
  const child = new Child({
    command: process.execPath,
    args: [vite, 'build'],
    cwd: join(repositoryRoot, 'web'),
    // Also where a test runner says that this is a test: it would be another, larger portal.
    env: { ...process.env, NODE_ENV: 'production' },
    log,
    stopSignal: 'KILL',
  });
  const stop = () => void child.stop();
  signal?.addEventListener('abort', stop);
  const code = await child.exited;
  signal?.removeEventListener('abort', stop);
  signal?.throwIfAborted();
  if (code === 0) return child.stop();
  const lines = (await readFile(log, 'utf8').catch(() => '')).trim().split('\n');
  const reason = lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? '';
  throw new StackError(`The portal could not be built: ${reason} (all of it in ${log}).`);
}
