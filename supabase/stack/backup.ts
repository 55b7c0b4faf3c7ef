import { access, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as tar from 'tar';
import { StackError, errorCode } from './errors.ts';
import { acquireLock, releaseLock } from './lock.ts';
import { databaseAccount, databaseHome } from './paths.ts';

const SECRETS = 'secrets.json';

/** Does `work` while no stack can start on this folder. */
export async function whileStopped<T>(home: string, work: () => Promise<T>): Promise<T> {
  await acquireLock(home);
  try {
    return await work();
  } finally {
    await releaseLock(home);
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/**
 * Writes everything that cannot be made again, the database, the uploaded files and the secrets, into one
 * tar file that only its owner can read. An earlier file of that name is replaced when the new one is whole.
 */
export async function backUp(home: string, file: string): Promise<void> {
  const database = databaseHome(home);
  await whileStopped(home, async () => {
    if (!(await exists(join(database, 'data', 'postgres', 'PG_VERSION')))) {
      throw new StackError(`There is nothing to back up in ${home}.`);
    }
    const part = `${file}.part`;
    try {
      await tar.create({ file: part, cwd: home, mode: 0o600 }, [SECRETS]);
      await tar.replace({ file: part, cwd: database }, ['data']);
      await rename(part, file);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
  });
}

/**
 * Puts back what `backUp` wrote. What was there before is moved aside, not deleted.
 *
 * @returns where that is now; null when nothing was there
 */
export async function restore(home: string, file: string): Promise<string | null> {
  const database = databaseHome(home);
  return whileStopped(home, async () => {
    await refuseIncomplete(file);
    const fresh = join(database, 'restoring');
    await rm(fresh, { recursive: true, force: true });
    await mkdir(fresh);
    const { uid, gid } = databaseAccount() ?? {};
    const owner = uid === undefined ? { preserveOwner: false } : { uid, gid };
    await tar.extract({ file, cwd: fresh, ...owner, strict: true }, ['data']);
    await tar.extract({ file, cwd: fresh, preserveOwner: false, strict: true }, [SECRETS]);

    const aside = join(database, `before-restore-${new Date().toISOString().replaceAll(':', '-')}`);
    const isReplaced = await exists(join(database, 'data'));
    if (isReplaced) {
      await mkdir(aside, { mode: 0o755 });
      if (await exists(join(home, SECRETS))) {
        await tar.create({ file: join(aside, 'secrets.tar'), cwd: home, mode: 0o600 }, [SECRETS]);
      }
      await rename(join(database, 'data'), join(aside, 'data'));
    }
    await rename(join(fresh, 'data'), join(database, 'data'));
    await rename(join(fresh, SECRETS), join(home, SECRETS));
    await rm(fresh, { recursive: true });
    return isReplaced ? aside : null;
  });
}

/** Nothing is touched for a file that is no whole backup. */
async function refuseIncomplete(file: string): Promise<void> {
  const needed = new Set([SECRETS, 'data/postgres/PG_VERSION', 'data/postgres/global/pg_control']);
  try {
    await tar.list({ file, strict: true, onReadEntry: ({ path }) => void needed.delete(path) });
  } catch (error) {
    if (errorCode(error) === 'ENOENT') throw new StackError(`${file} does not exist.`);
    throw new StackError(`${file} is damaged or no backup; nothing was changed.`);
  }
  if (needed.size > 0) throw new StackError(`${file} is no backup of Mzigo; nothing was changed.`);
}
