import { getAuthSchemaSql, getStorageSchemaSql } from '@supabase/lite';
import { createPostgresConnection } from '@supabase/lite/postgres';
import { sql, type Kysely } from 'kysely';
import postgres from 'postgres';
import { engineSettings } from './auth_settings.ts';
import type { Config } from './config.ts';
import { errorCode } from './errors.ts';
import { statusOf } from './rpc/refusals.ts';
import type { Secrets } from './secrets.ts';

/** Everything that is peculiar to `@supabase/lite`, the engine behind `api.ts`. */

/** The tables of auth and storage as this engine wants them. */
export function systemTables(): string {
  return [getAuthSchemaSql(), getStorageSchemaSql()].join('\n');
}

/** PostgREST's answers: jsonb arguments are not encoded twice and numeric is a number. */
const TYPES = {
  jsonb: {
    to: 3802,
    from: [3802],
    serialize: (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value)),
    parse: (text: string): unknown => JSON.parse(text),
  },
  numeric: { to: 1700, from: [1700], serialize: String, parse: Number },
};

export function connectAs(url: string, max: number) {
  const connection = createPostgresConnection({
    url,
    postgresOptions: { max, types: TYPES, onnotice: () => {}, idle_timeout: 60 },
  });
  // Otherwise the engine's first request grants ALL on every table that has policies, in every
  // schema, to anon, authenticated and service_role. The role it connects as could not do that
  // anyway; this keeps it from trying.
  Object.assign(connection, { rlsState: 'active' });
  return connection;
}

interface Context {
  auth?: { uid?: string | null; role?: string; jwt?: object | null };
}

interface RequestFacts {
  method: string;
  path: string;
  requestHeaders?: object;
}

/**
 * Lets requests act as their callers in one statement instead of six, with the time that each role may
 * take and the check before every request, neither of which the engine looks up.
 */
export function actAsCallers(
  connection: ReturnType<typeof connectAs>,
  timeoutOf: (role: string) => string | null,
  preRequest: () => string | null,
): void {
  const database = (executor: unknown) => executor as Kysely<unknown>;
  Object.assign(connection, {
    applyJwtSessionContext: async (executor: unknown, { auth }: Context) => {
      const role = auth?.role ?? 'anon';
      await sql`select
        set_config('request.jwt.claims', ${JSON.stringify(auth?.jwt ?? { role })}, true),
        set_config('request.jwt.claim.sub', ${auth?.uid ?? ''}, true),
        set_config('request.jwt.claim.role', ${role}, true),
        set_config('statement_timeout',
          coalesce(${timeoutOf(role)}::text, current_setting('statement_timeout')), true),
        set_config('role', ${role}, true)`.execute(database(executor));
      const check = preRequest();
      if (check !== null) await sql.raw(check).execute(database(executor));
    },
    applyRpcRequestGucs: async (executor: unknown, facts: RequestFacts) => {
      await sql`select
        set_config('request.method', ${facts.method}, true),
        set_config('request.path', ${facts.path}, true),
        set_config('request.headers', ${JSON.stringify(facts.requestHeaders ?? {})}, true)`.execute(
        database(executor),
      );
    },
  });
}

/**
 * What the tables look like. PostgREST reads the catalogue; this engine asks `information_schema`,
 * which shows a role only what it may use, and `authenticator` may use nothing. So the owner looks.
 */
export async function readShape(url: string) {
  const connection = connectAs(url, 1);
  try {
    return await connection.introspect();
  } finally {
    await connection.close();
  }
}

export function settings(config: Config, secrets: Secrets) {
  return {
    api: {
      schemas: config.api.schemas,
      extra_search_path: config.api.extra_search_path,
      max_rows: config.api.max_rows,
    },
    auth: {
      ...engineSettings(config.auth),
      jwt_secret: secrets.jwtSecret,
      publishable_key: secrets.publishableKey,
      secret_key: secrets.secretKey,
    },
    studio: { enabled: false },
    db: { migrations: { enabled: false } },
  };
}

/** SQLSTATE classes that are the server's trouble; all others are answers to a caller. */
const TROUBLE = /^(08|53|57|58|F0|XX)/;

/**
 * The engine writes every refused request to the console, with the values it was refused for. Those
 * are the caller's business and may be personal; only what an operator has to see is let through.
 */
export function keepRefusalsOffTheConsole(): void {
  const write = console.error.bind(console);
  console.error = (...values: unknown[]) => {
    const isRefusal = values.some((value) => {
      const code = errorCode(value);
      const isMissing = value instanceof Error && 'relation' in value;
      return isMissing || (code !== undefined && /^[0-9A-Z]{5}$/.test(code) && !TROUBLE.test(code));
    });
    if (!isRefusal) write(...values);
  };
}

const REFUSED = 'refused by the database: ';

/**
 * The engine knows some SQLSTATEs; for all others, a violated check among them, it answers 500 and the
 * error as text. From here on that text is the whole refusal, for `asPostgrest` to read.
 */
export function spellOutRefusals(): void {
  Object.defineProperty(postgres.PostgresError.prototype, 'toString', {
    configurable: true,
    value(this: postgres.PostgresError) {
      const { code, message, detail = null, hint = null } = this;
      return REFUSED + JSON.stringify({ code, message, details: detail, hint });
    },
  });
}

/** PostgREST's answer where the engine had none of its own. */
export async function asPostgrest(answer: Response): Promise<Response> {
  if (answer.status !== 500) return answer;
  const text = await answer.text();
  const at = text.indexOf(REFUSED);
  if (at < 0) return new Response(text, answer);
  const { message } = JSON.parse(text) as { message: string };
  const refusal = JSON.parse(message.slice(REFUSED.length)) as { code: string };
  const headers = new Headers(answer.headers);
  headers.delete('content-length');
  const status = statusOf(refusal.code, true);
  return new Response(JSON.stringify(refusal), { status, headers });
}
