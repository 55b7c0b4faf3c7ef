import { createHash } from 'node:crypto';
import { glob, readFile, readdir } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import type pg from 'pg';
import { readConfig } from './config.ts';
import { StackError } from './errors.ts';
import { repositoryRoot } from './paths.ts';
import { splitStatements } from './statements.ts';

/** Where the migrations are, unless a test brings its own. */
export const migrationsFolder = join(repositoryRoot, 'supabase', 'migrations');

export interface Migration {
  version: string;
  name: string;
  script: string;
}

/** All migrations in the order of their versions. */
export async function readMigrations(folder = migrationsFolder): Promise<Migration[]> {
  const files = (await readdir(folder).catch(() => [])).toSorted();
  const migrations: Migration[] = [];
  for (const file of files) {
    const [, version, name] = /^(\d+)_(.+)\.sql$/.exec(file) ?? [];
    if (version === undefined || name === undefined) continue;
    migrations.push({ version, name, script: await readFile(join(folder, file), 'utf8') });
  }
  return migrations;
}

/** The tables in which the Supabase CLI keeps what it has applied, with its columns. */
const HISTORY = `
create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.schema_migrations (version text not null primary key);
alter table supabase_migrations.schema_migrations add column if not exists statements text[];
alter table supabase_migrations.schema_migrations add column if not exists name text;
create table if not exists supabase_migrations.seed_files (path text not null primary key, hash text not null);
`;

/** Replaceable as a whole: starts by dropping every policy and revoking every grant. */
function isPolicies(migration: Migration): boolean {
  return migration.name === 'policies';
}

/**
 * Applies what is not applied yet, each migration in a transaction of its own together with its
 * record. An edited policies migration is applied again; any other edit stops the start, because
 * the tables no longer are what the file says.
 *
 * @returns the names of the migrations that were applied
 */
export async function migrate(client: pg.Client, migrations: Migration[]): Promise<string[]> {
  await client.query(HISTORY);
  const history = await client.query<{ version: string; statements: string[] | null }>(
    'select version, statements from supabase_migrations.schema_migrations',
  );
  const recorded = new Map(history.rows.map((row) => [row.version, row.statements]));
  const applied: string[] = [];
  for (const migration of migrations) {
    const statements = splitStatements(migration.script);
    const before = recorded.get(migration.version);
    const isSame = before?.join(';') === statements.join(';');
    const isRecorded = recorded.has(migration.version);
    if (isPolicies(migration) ? isSame && applied.length === 0 : isRecorded && isSame) continue;
    if (isRecorded && !isPolicies(migration)) {
      throw new StackError(
        `The migration ${migration.version}_${migration.name} was edited after this database was made with it; nothing was changed. Put the file back, or begin anew with npm start -- --fresh.`,
      );
    }
    await applyMigration(client, migration, statements);
    applied.push(migration.name);
  }
  return applied;
}

async function applyMigration(client: pg.Client, migration: Migration, statements: string[]) {
  await client.query('begin');
  try {
    await client.query(migration.script);
    await client.query(
      `insert into supabase_migrations.schema_migrations (version, name, statements)
       values ($1, $2, $3)
       on conflict (version) do update set name = excluded.name, statements = excluded.statements`,
      [migration.version, migration.name, statements],
    );
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw withPlace(error, `${migration.version}_${migration.name}.sql`, migration.script);
  }
}

/** Adds file and line to an error of PostgreSQL, which only counts characters. */
function withPlace(error: unknown, file: string, script: string): unknown {
  if (!(error instanceof Error)) return error;
  const position = 'position' in error ? Number(error.position) : NaN;
  const line = Number.isFinite(position) ? script.slice(0, position).split('\n').length : null;
  const details = ['detail', 'hint', 'where']
    .map((key) => (key in error ? (error as unknown as Record<string, unknown>)[key] : undefined))
    .filter((value) => typeof value === 'string' && value !== '');
  error.message = `${file}${line === null ? '' : `:${line}`}: ${[error.message, ...details].join(' | ')}`;
  return error;
}

/** The files that `[db.seed]` names, in order. */
async function seedFiles(): Promise<string[]> {
  const { seed } = (await readConfig()).db;
  if (!seed.enabled) return [];
  const files: string[] = [];
  for (const pattern of seed.sql_paths) {
    const matches: string[] = [];
    for await (const file of glob(pattern, { cwd: join(repositoryRoot, 'supabase') })) {
      matches.push(join(repositoryRoot, 'supabase', file));
    }
    files.push(...matches.toSorted());
  }
  return files;
}

/**
 * Loads every seed file that was never loaded, all in one transaction: a company is there as a
 * whole or not at all.
 */
export async function seed(client: pg.Client): Promise<string[]> {
  const known = await client.query<{ path: string }>(
    'select path from supabase_migrations.seed_files',
  );
  const paths = new Set(known.rows.map((row) => row.path));
  const loaded: string[] = [];
  await client.query('begin');
  try {
    // The demo accounts have published passwords: their files refuse to run where this is not set.
    await client.query("select set_config('mzigo.embedded', 'on', true)");
    for (const file of await seedFiles()) {
      const path = relative(repositoryRoot, file);
      if (paths.has(path)) continue;
      const script = await readFile(file, 'utf8');
      await client.query(script).catch((error: unknown) => {
        throw withPlace(error, path, script);
      });
      await client.query(
        'insert into supabase_migrations.seed_files (path, hash) values ($1, $2)',
        [path, createHash('sha256').update(script).digest('hex')],
      );
      loaded.push(basename(file));
    }
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
  return loaded;
}
