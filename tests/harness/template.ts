import { createHash, randomBytes } from 'node:crypto';
import { chown, cp, mkdir, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  databaseAccount,
  databaseHome,
  repositoryRoot,
  stateHome,
} from '../../supabase/stack/paths.ts';

/** Clusters of earlier runs, so that migrations and seeds are applied once per change and day, not once per test file. */

/** What a template is made of. */
const SOURCES = ['supabase/migrations', 'supabase/stack', 'seeds', 'tests/harness'];

/** Names the template of these sources on this day: seeds and the quarters of ledgers count from today. */
async function templateKey(): Promise<string> {
  const hash = createHash('sha256').update(new Date().toISOString().slice(0, 10));
  hash.update(await readFile(join(repositoryRoot, 'package-lock.json')));
  for (const folder of SOURCES) {
    const files = await readdir(join(repositoryRoot, folder), { withFileTypes: true });
    for (const file of files.filter((entry) => entry.isFile()).map((entry) => entry.name)) {
      hash.update(`${file}\0`).update(await readFile(join(repositoryRoot, folder, file)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

/** Where the clusters of one kind are kept, and what today's is called there. */
export interface Template {
  folder: string;
  key: string;
}

export async function templateOf(kind: string): Promise<Template> {
  return { folder: join(databaseHome(stateHome), kind), key: await templateKey() };
}

/** A copy of a kept, stopped cluster that belongs to the account that runs it; false when there is none. */
export async function copyTemplate({ folder, key }: Template, to: string): Promise<boolean> {
  try {
    await cp(join(folder, key), to, { recursive: true });
  } catch {
    // Not made yet, or swept away by another run in this moment.
    await rm(to, { recursive: true, force: true });
    return false;
  }
  const account = databaseAccount();
  if (account) {
    const inside = await readdir(to, { recursive: true });
    await Promise.all(
      ['', ...inside].map((path) => chown(join(to, path), account.uid, account.gid)),
    );
  }
  return true;
}

/** Keeps a cluster for later runs, and none of earlier sources. */
export async function keepTemplate(data: string, { folder, key }: Template): Promise<void> {
  const draft = join(folder, `${key}.${randomBytes(4).toString('hex')}`);
  await mkdir(folder, { recursive: true });
  await cp(data, draft, { recursive: true });
  // Another run may have been first.
  await rename(draft, join(folder, key)).catch(() => rm(draft, { recursive: true, force: true }));
  for (const name of await readdir(folder)) {
    if (!name.startsWith(key)) await rm(join(folder, name), { recursive: true, force: true });
  }
}
