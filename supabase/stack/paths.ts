import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The repository, whatever the working directory is. */
export const repositoryRoot = resolve(import.meta.dirname, '../..');

/** Everything the stack writes lives here; `MZIGO_HOME` moves it. */
export const stateHome = resolve(process.env['MZIGO_HOME'] ?? join(repositoryRoot, '.mzigo'));

/** Who runs PostgreSQL: it refuses to run as root, so root hands it to an unprivileged account. */
export interface Account {
  uid: number;
  gid: number;
}

const NOBODY = 65534;

/** Null when the current user may run PostgreSQL himself. */
export function databaseAccount(): Account | null {
  return process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : null;
}

/** True when an account that owns nothing can walk down to `folder`. */
function isReachable(folder: string): boolean {
  for (let current = folder; ; current = dirname(current)) {
    try {
      if ((statSync(current).mode & 0o001) === 0) return false;
    } catch {
      // Not made yet: the stack makes it reachable itself.
    }
    if (current === dirname(current)) return true;
  }
}

/**
 * The folder for PostgreSQL's program and data. Inside `home`, except when root keeps the
 * repository where the unprivileged account cannot go (such as `/root`, mode 0700).
 */
export function databaseHome(home: string): string {
  if (databaseAccount() === null || isReachable(dirname(home))) {
    mkdirSync(home, { recursive: true, mode: 0o755 });
    // Our own folder: may be walked through, what is secret in it is closed by itself.
    if (databaseAccount() !== null) chmodSync(home, statSync(home).mode | 0o011);
    return home;
  }
  const name = createHash('sha256').update(home).digest('hex').slice(0, 12);
  const outside = join('/var/lib/mzigo', name);
  mkdirSync(outside, { recursive: true, mode: 0o755 });
  return outside;
}
