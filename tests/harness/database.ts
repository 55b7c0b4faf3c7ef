import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { connect } from '../../supabase/stack/database.ts';
import { SERVER_VARIABLE, TEMPLATE, startTestServer, type TestServer } from './server.ts';

export { startTestServer, type TestServer };

type Row = Record<string, unknown>;

/** One connection that acts as one person, as PostgREST would for his requests. */
export class Session {
  readonly client: pg.Client;
  /** A connection does one thing at a time: statements wait for those before them. */
  #before: Promise<unknown> = Promise.resolve();

  constructor(client: pg.Client) {
    this.client = client;
  }

  /** The rows of one statement. Refusals throw `pg.DatabaseError` with `code`, `detail`, `hint`. */
  async query<T extends Row = Row>(text: string, values: unknown[] = []): Promise<T[]> {
    const run = () => this.client.query<T>(text, values);
    const result = this.#before.then(run, run);
    this.#before = result;
    return (await result).rows;
  }

  /** The first row, which has to be there. */
  async one<T extends Row = Row>(text: string, values: unknown[] = []): Promise<T> {
    const [row] = await this.query<T>(text, values);
    if (row === undefined) throw new Error(`No row for: ${text}`);
    return row;
  }

  /** Calls `public.<name>` with named arguments, as `POST /rpc/<name>` does, and returns its value. */
  async rpc<T = unknown>(name: string, args: Row = {}): Promise<T> {
    const names = Object.keys(args);
    const list = names.map((key, index) => `${pg.escapeIdentifier(key)} => $${index + 1}`);
    const row = await this.one<{ value: T }>(
      `select to_jsonb(result) as value from public.${pg.escapeIdentifier(name)}(${list.join(', ')}) as result`,
      Object.values(args).map(toParameter),
    );
    return row.value;
  }

  async close(): Promise<void> {
    await this.client.end();
  }
}

/** node-postgres would write a JavaScript array as a PostgreSQL array; objects are JSON here. */
function toParameter(value: unknown): unknown {
  const isJson = Array.isArray(value)
    ? value.some((item) => typeof item === 'object')
    : typeof value === 'object' && value !== null && !(value instanceof Date);
  return isJson ? JSON.stringify(value) : value;
}

/** A database of one test file, with everything in it that `npm start` would load. */
export class TestDatabase {
  readonly name: string;
  /** As the superuser. */
  readonly url: string;
  readonly #server: string;
  readonly #ownServer: TestServer | null;
  readonly #sessions: Session[] = [];

  constructor(server: string, name: string, ownServer: TestServer | null) {
    this.#server = server;
    this.#ownServer = ownServer;
    this.name = name;
    this.url = `${server}/${name}`;
  }

  /** The address for another role: `postgres`, `authenticator`. */
  urlFor(role: string): string {
    const url = new URL(this.url);
    url.username = role;
    return url.href;
  }

  /** The superuser: sees everything, for arranging and for looking behind the curtain. */
  async asAdmin(): Promise<Session> {
    return this.#open(this.url, null, {});
  }

  /** Whoever has this e-mail in `auth.users`, signed in. */
  async asUser(email: string): Promise<Session> {
    const admin = await connect(this.url);
    const found = await admin.query<{ id: string }>('select id from auth.users where email = $1', [
      email,
    ]);
    await admin.end();
    const id = found.rows[0]?.id;
    if (id === undefined) throw new Error(`Nobody has the e-mail ${email}`);
    return this.asUserId(id, email);
  }

  async asUserId(id: string, email = ''): Promise<Session> {
    const claims = { sub: id, email, role: 'authenticated', aud: 'authenticated' };
    return this.#open(this.urlFor('authenticator'), 'authenticated', claims);
  }

  /** A visitor without a token. */
  async asAnonymous(): Promise<Session> {
    return this.#open(this.urlFor('authenticator'), 'anon', { role: 'anon' });
  }

  /** The edge functions' role. */
  async asService(): Promise<Session> {
    return this.#open(this.urlFor('authenticator'), 'service_role', { role: 'service_role' });
  }

  async #open(url: string, role: string | null, claims: Row): Promise<Session> {
    const client = await connect(url);
    if (role !== null) {
      await client.query("select set_config('request.jwt.claims', $1, false)", [
        JSON.stringify(claims),
      ]);
      await client.query(`set role ${pg.escapeIdentifier(role)}`);
    }
    const session = new Session(client);
    this.#sessions.push(session);
    return session;
  }

  /** Closes every session and drops the database. */
  async drop(): Promise<void> {
    await Promise.all(this.#sessions.map((session) => session.close().catch(() => {})));
    const admin = await connect(`${this.#server}/postgres`);
    await admin.query(`drop database if exists ${pg.escapeIdentifier(this.name)} with (force)`);
    await admin.end();
    await this.#ownServer?.stop();
  }
}

/**
 * A fresh copy of the template on the server of this test run (see `with_server.ts`), or on one of its
 * own when there is none, as in a script.
 */
export async function cloneDatabase(label = 'test'): Promise<TestDatabase> {
  const shared = process.env[SERVER_VARIABLE];
  const ownServer = shared === undefined ? await startTestServer() : null;
  const server = shared ?? ownServer?.url ?? '';
  const suffix = randomBytes(5).toString('hex');
  const name = `${label.replaceAll(/\W+/g, '_').toLowerCase().slice(0, 40)}_${suffix}`;
  const admin = await connect(`${server}/postgres`);
  try {
    await admin.query(
      // It belongs to the role that it belongs to everywhere: what that role may do in public follows.
      `create database ${pg.escapeIdentifier(name)} owner postgres template ${TEMPLATE} strategy file_copy`,
    );
  } finally {
    await admin.end();
  }
  return new TestDatabase(server, name, ownServer);
}
