import { App, InMemoryEmailDriver, getAuthSchemaSql, getStorageSchemaSql } from '@supabase/lite';
import { createPostgresConnection } from '@supabase/lite/postgres';
import { readConfig, type Config } from './config.ts';
import { errorCode } from './errors.ts';
import type { Secrets } from './secrets.ts';
import { startStorage } from './storage.ts';
import { verifyToken } from './tokens.ts';

/** The engine behind REST, auth and storage. Nothing outside this file knows which one it is. */
export interface Api {
  fetch(request: Request): Promise<Response>;
  close(): Promise<void>;
}

export interface ApiOptions {
  /** The address of the database for a role. */
  databaseUrl(role: string): string;
  secrets: Secrets;
  /** Where uploaded files are kept. */
  storageFolder: string;
}

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

function connectAs(url: string, max: number) {
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

/**
 * What the tables look like. PostgREST reads the catalogue; this engine asks `information_schema`,
 * which shows a role only what it may use, and `authenticator` may use nothing. So the owner looks.
 */
async function readShape(url: string) {
  const connection = connectAs(url, 1);
  try {
    return await connection.introspect();
  } finally {
    await connection.close();
  }
}

function settings(config: Config, secrets: Secrets) {
  const { auth } = config;
  return {
    api: {
      schemas: config.api.schemas,
      extra_search_path: config.api.extra_search_path,
      max_rows: config.api.max_rows,
    },
    auth: {
      enabled: true,
      jwt_secret: secrets.jwtSecret,
      jwt_expiry: auth.jwt_expiry,
      publishable_key: secrets.publishableKey,
      secret_key: secrets.secretKey,
      site_url: auth.site_url,
      additional_redirect_urls: auth.additional_redirect_urls,
      enable_signup: auth.enable_signup,
      enable_refresh_token_rotation: auth.enable_refresh_token_rotation,
      refresh_token_reuse_interval: auth.refresh_token_reuse_interval,
      minimum_password_length: auth.minimum_password_length,
      password_requirements: auth.password_requirements,
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
function keepRefusalsOffTheConsole(): void {
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

/**
 * Two instances of the engine, each with the rights of its Supabase counterpart: REST signs in as
 * `authenticator` and can do nothing before it has taken the caller's role, auth owns only `auth`.
 * Storage is our own: the engine's does not find again what it stored.
 */
export async function startApi(options: ApiOptions): Promise<Api> {
  const { secrets, databaseUrl } = options;
  keepRefusalsOffTheConsole();
  const base = settings(await readConfig(), secrets);
  const server = { disableStudio: true, disableFallback: true };
  // Mail leaves through the outbox in the database, never from here.
  const drivers = { email: new InMemoryEmailDriver() };

  const restConnection = connectAs(databaseUrl('authenticator'), 10);
  const shape = await readShape(databaseUrl('postgres'));
  restConnection.introspect = async () => shape;
  const rest = new App({
    ...base,
    connection: restConnection,
    options: {
      drivers,
      server: {
        ...server,
        middlewares: [
          // Tells the engine whom the token names, so that it does not look for him in tables of
          // auth, which this role cannot read. The engine still verifies the token itself.
          async (context, next) => {
            const token = /^Bearer (.+)$/.exec(context.req.header('authorization') ?? '')?.[1];
            const verdict = token ? verifyToken(token, secrets.jwtSecret) : null;
            if (verdict && 'claims' in verdict) {
              context.set('userId', verdict.claims.sub ?? verdict.claims.role);
              context.set('sessionId', verdict.claims.session_id ?? 'none');
            }
            await next();
          },
        ],
      },
    },
  });

  const authConnection = connectAs(databaseUrl('supabase_auth_admin'), 4);
  const auth = new App({ ...base, connection: authConnection, options: { drivers, server } });

  const storage = startStorage({
    databaseUrl: databaseUrl('supabase_storage_admin'),
    folder: options.storageFolder,
    secrets,
  });

  return {
    fetch: async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname.startsWith('/auth/')) return auth.fetch(request);
      if (pathname.startsWith('/storage/')) return storage.fetch(request);
      return rest.fetch(request);
    },
    close: async () => {
      await Promise.all([restConnection.close(), authConnection.close(), storage.close()]);
    },
  };
}
