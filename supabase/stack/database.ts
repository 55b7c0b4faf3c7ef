import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { systemTables } from './lite.ts';
import { migrate, readMigrations, seed, type Migration } from './migrations.ts';

/** The roles that sign in by themselves; all with the password of the stack. */
const LOGINS = ['postgres', 'authenticator', 'supabase_auth_admin', 'supabase_storage_admin'];

export async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  // A connection that breaks while idle must not take the process down: the next query says so.
  client.on('error', () => {});
  await client.connect();
  return client;
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connect(url);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function script(name: string): Promise<string> {
  return readFile(join(import.meta.dirname, name), 'utf8');
}

/** Makes an empty database what a new Supabase project is. */
export async function bootstrap(superuserUrl: string, password: string): Promise<void> {
  await withClient(superuserUrl, async (client) => {
    await client.query('begin');
    await client.query(await script('bootstrap.sql'));
    await client.query(systemTables());
    await client.query(await script('bootstrap_grants.sql'));
    for (const login of LOGINS) {
      await client.query(`alter role ${login} password ${client.escapeLiteral(password)}`);
    }
    await client.query('commit');
  });
}

/** True once `bootstrap` ran to its end here. */
export async function isBootstrapped(superuserUrl: string): Promise<boolean> {
  return withClient(superuserUrl, async (client) => {
    const result = await client.query<{ is_done: boolean | null }>(
      `select has_table_privilege('postgres', to_regclass('storage.objects'), 'select') as is_done
       from pg_roles
       where rolname = 'postgres'`,
    );
    return result.rows[0]?.is_done === true;
  });
}

export interface Outcome {
  migrations: string[];
  seeds: string[];
}

/** Brings the database to the state of the files. Migrations and seeds run as `postgres`. */
export async function applyFiles(
  ownerUrl: string,
  options: { migrations?: Migration[]; withSeeds: boolean },
): Promise<Outcome> {
  return withClient(ownerUrl, async (client) => ({
    migrations: await migrate(client, options.migrations ?? (await readMigrations())),
    seeds: options.withSeeds ? await seed(client) : [],
  }));
}
