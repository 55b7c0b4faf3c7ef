import { createHash, randomBytes } from 'node:crypto';
import { chown, cp, mkdir, mkdtemp, readFile, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyFiles, bootstrap, connect } from '../../supabase/stack/database.ts';
import {
  databaseAccount,
  databaseHome,
  repositoryRoot,
  stateHome,
} from '../../supabase/stack/paths.ts';
import { startServer, type Server } from '../../supabase/stack/postgres.ts';

/** The database that every test database is a copy of: all migrations, policies and seeds. */
export const TEMPLATE = 'mzigo_template';

/** Tells test processes where the server of this run is; the password protects nothing. */
export const SERVER_VARIABLE = 'MZIGO_TEST_SERVER';
const PASSWORD = 'throw-away';

export interface TestServer {
  /** The address of the superuser, without a database name. */
  url: string;
  stop(): Promise<void>;
}

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

/** A copy of a stopped cluster that belongs to the account that runs it; false when there is none. */
async function copyCluster(from: string, to: string): Promise<boolean> {
  try {
    await cp(from, to, { recursive: true });
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
async function keep(data: string, folder: string, key: string): Promise<void> {
  const draft = join(folder, `${key}.${randomBytes(4).toString('hex')}`);
  await mkdir(folder, { recursive: true });
  await cp(data, draft, { recursive: true });
  // Another run may have been first.
  await rename(draft, join(folder, key)).catch(() => rm(draft, { recursive: true, force: true }));
  for (const name of await readdir(folder)) {
    if (!name.startsWith(key)) await rm(join(folder, name), { recursive: true, force: true });
  }
}

async function makeTemplate(server: Server): Promise<void> {
  const admin = await connect(server.url());
  await admin.query(`create database ${TEMPLATE}`);
  // The demo companies, but not their day: tests count documents and number invoices from one.
  await admin.query(`alter database ${TEMPLATE} set mzigo.demo_day = 'off'`);
  await admin.end();
  await bootstrap(server.url(TEMPLATE), PASSWORD);
  const owner = await connect(server.url(TEMPLATE));
  await owner.query('create extension pgtap with schema extensions');
  await owner.end();
  await applyFiles(server.url(TEMPLATE, 'postgres'), { withSeeds: true });
}

/** A PostgreSQL of its own with the template in it, gone after `stop`; the template is made once per change of its sources. */
export async function startTestServer(): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'mzigo-test-'));
  const account = databaseAccount();
  if (account) await chown(folder, account.uid, account.gid);
  const data = join(folder, 'postgres');
  const start = () =>
    startServer({
      home: stateHome,
      data,
      log: join(folder, 'postgres.log'),
      password: PASSWORD,
      isThrowAway: true,
    });
  const kept = join(databaseHome(stateHome), 'test-template');
  const key = await templateKey();
  const isKept = await copyCluster(join(kept, key), data);
  let server = await start();
  const stop = async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  if (!isKept) {
    try {
      await makeTemplate(server);
      await server.stop();
      await keep(data, kept, key);
      server = await start();
    } catch (error) {
      await stop();
      throw error;
    }
  }
  return { url: server.url('').replace(/\/$/, ''), stop };
}
