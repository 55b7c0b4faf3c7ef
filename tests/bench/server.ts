import { chown, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyFiles, bootstrap, connect } from '../../supabase/stack/database.ts';
import { databaseAccount, stateHome } from '../../supabase/stack/paths.ts';
import { startServer } from '../../supabase/stack/postgres.ts';

const PASSWORD = 'throw-away';

export interface BenchServer {
  /** The superuser's address. */
  superuserUrl: string;
  /** What PostgREST signs in as. */
  authenticatorUrl: string;
  stop(): Promise<void>;
}

async function run(superuserUrl: string, file: string, command?: string): Promise<void> {
  const client = await connect(superuserUrl);
  try {
    await client.query('begin');
    await client.query(await readFile(join(import.meta.dirname, file), 'utf8'));
    if (command !== undefined) await client.query(command);
    await client.query('commit');
    // Plans that were made over empty tables would be kept otherwise.
    await client.query('vacuum analyze');
  } finally {
    await client.end();
  }
}

/** The company of the bench and the minimum beside it, in a database that has the migrations. */
export async function prepareDatabase(superuserUrl: string): Promise<void> {
  await run(superuserUrl, 'company.sql');
  await run(superuserUrl, 'ceiling.sql');
}

/** Fills both schemas with delivered orders, `from` to `to`, so that `to` of them are there. */
export async function addHistory(superuserUrl: string, from: number, to: number): Promise<void> {
  await run(superuserUrl, 'history.sql', `select pg_temp.add_history(${from}, ${to})`);
}

/** Copies of the tables that placing writes, with the rows they have now, for `placeSameRows`. */
export async function addSameRows(superuserUrl: string): Promise<void> {
  await run(superuserUrl, 'same_rows.sql');
}

/** Fills the database with `total` orders of 200 companies. */
export async function addCrowd(superuserUrl: string, total: number): Promise<void> {
  await run(superuserUrl, 'crowd.sql', `select pg_temp.add_crowd(${total})`);
}

/** A PostgreSQL as `npm start` runs it, durable, with nothing around it; removed after `stop`. */
export async function startBenchServer(): Promise<BenchServer> {
  const folder = await mkdtemp(join(tmpdir(), 'mzigo-bench-'));
  const account = databaseAccount();
  if (account) await chown(folder, account.uid, account.gid);
  const server = await startServer({
    home: stateHome,
    data: join(folder, 'postgres'),
    log: join(folder, 'postgres.log'),
    password: PASSWORD,
  });
  const stop = async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await bootstrap(server.url(), PASSWORD);
    await applyFiles(server.url('postgres', 'postgres'), { withSeeds: false });
    await prepareDatabase(server.url());
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    superuserUrl: server.url(),
    authenticatorUrl: server.url('postgres', 'authenticator'),
    stop,
  };
}
