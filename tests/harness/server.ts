import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyFiles, bootstrap, connect } from '../../supabase/stack/database.ts';
import { databaseAccount, stateHome } from '../../supabase/stack/paths.ts';
import { startServer, type Server } from '../../supabase/stack/postgres.ts';
import { copyTemplate, keepTemplate, templateOf } from './template.ts';

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
  const template = await templateOf('test-template');
  const isKept = await copyTemplate(template, data);
  let server = await start();
  const stop = async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  if (!isKept) {
    try {
      await makeTemplate(server);
      await server.stop();
      await keepTemplate(data, template);
      server = await start();
    } catch (error) {
      await stop();
      throw error;
    }
  }
  return { url: server.url('').replace(/\/$/, ''), stop };
}
