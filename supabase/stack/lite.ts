import { getAuthSchemaSql, getStorageSchemaSql } from '@supabase/lite';
import { createPostgresConnection } from '@supabase/lite/postgres';
import { engineSettings } from './auth_settings.ts';
import type { Config } from './config.ts';
import { errorCode } from './errors.ts';
import type { Secrets } from './secrets.ts';

/** Everything that is peculiar to `@supabase/lite`, the engine of auth. */

/** The tables of auth and storage as this engine wants them. */
export function systemTables(): string {
  return [getAuthSchemaSql(), getStorageSchemaSql()].join('\n');
}

/** jsonb values are not encoded twice and numeric is a number. */
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
