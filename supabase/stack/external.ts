import { createInterface } from 'node:readline/promises';
import { connect, applyFiles } from './database.ts';
import { StackError } from './errors.ts';
import { Gateway } from './gateway.ts';
import { readMigrations } from './migrations.ts';
import { Portal } from './portal.ts';
import { buildPortal, isPortalStale, portalFolder } from './portal_build.ts';
import type { StackOptions } from './stack.ts';

/** A Supabase project that somebody else runs. */
export interface ExternalProject {
  databaseUrl: string | null;
  url: string | null;
  publishableKey: string;
}

/** The project that the environment names, if it names one. */
export function externalProject(env = process.env): ExternalProject | null {
  const databaseUrl = env['DATABASE_URL'] ?? null;
  const url = env['SUPABASE_URL'] ?? null;
  if (databaseUrl === null && url === null) return null;
  const publishableKey = env['SUPABASE_PUBLISHABLE_KEY'] ?? env['SUPABASE_ANON_KEY'] ?? '';
  if (url !== null && publishableKey === '') {
    throw new StackError('SUPABASE_URL is set, so SUPABASE_PUBLISHABLE_KEY has to be set as well.');
  }
  return { databaseUrl, url, publishableKey };
}

interface ExternalOptions extends StackOptions {
  isConfirmed: boolean;
}

/**
 * The same commands on a hosted project: applies the migrations (never the demo companies) and serves
 * the portal from here. Asks before it changes the database.
 */
export async function startExternal(project: ExternalProject, options: ExternalOptions) {
  if (options.isFresh) {
    throw new StackError(
      '--fresh throws data away and only works on the embedded database; unset DATABASE_URL and SUPABASE_URL to use that.',
    );
  }
  if (project.databaseUrl !== null) await migrateExternal(project.databaseUrl, options);
  const gateway = new Gateway();
  if (project.url !== null) {
    if (await isPortalStale()) await buildPortal(options.home, options.signal);
    await gateway.listen(options.port, options.host);
    gateway.openPortal(
      new Portal(portalFolder, {
        SUPABASE_URL: project.url,
        SUPABASE_PUBLISHABLE_KEY: project.publishableKey,
        MAP_STYLE_URL: process.env['MAP_STYLE_URL'] ?? '',
      }),
    );
  }
  const url = project.url === null ? '(database only)' : `http://localhost:${options.port}`;
  const failed = new Promise<never>(() => {});
  return { url, failed, stop: () => (project.url === null ? Promise.resolve() : gateway.close()) };
}

async function migrateExternal(databaseUrl: string, options: ExternalOptions): Promise<void> {
  const start = performance.now();
  const client = await connect(databaseUrl);
  let pending: string[];
  try {
    const known = await client
      .query<{ version: string }>(
        `select version from supabase_migrations.schema_migrations
       where to_regclass('supabase_migrations.schema_migrations') is not null`,
      )
      .catch(() => ({ rows: [] }));
    const versions = new Set(known.rows.map((row) => row.version));
    pending = (await readMigrations())
      .filter((migration) => !versions.has(migration.version))
      .map((migration) => migration.name);
  } finally {
    await client.end();
  }
  if (pending.length > 0 && !options.isConfirmed) await confirm(databaseUrl, pending);
  const outcome = await applyFiles(databaseUrl, { withSeeds: false });
  const result =
    outcome.migrations.length > 0 ? `${outcome.migrations.length} migrations` : 'up to date';
  options.onStep?.('schema', result, performance.now() - start);
}

async function confirm(databaseUrl: string, pending: string[]): Promise<void> {
  const { host, pathname } = new URL(databaseUrl);
  const what = `${pending.length} migrations (${pending.join(', ')}) to ${host}${pathname}`;
  if (!process.stdin.isTTY) {
    throw new StackError(`This would apply ${what}; say so with npm start -- --yes.`);
  }
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await prompt.question(`Apply ${what}? [y/N] `);
  prompt.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new StackError('Nothing was changed.');
}
