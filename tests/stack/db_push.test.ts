import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { applyFiles, connect } from '../../supabase/stack/database.ts';
import { repositoryRoot } from '../../supabase/stack/paths.ts';
import { newProject } from '../harness/project.ts';
import { startTestServer, type TestServer } from '../harness/server.ts';

/** Everything that decides who can do what, without what differs by nature (object numbers). */
const CATALOGUE = {
  functions: `select p.oid::regprocedure::text as name, pg_get_functiondef(p.oid) as definition,
      p.proacl::text as grants, pg_get_userbyid(p.proowner) as owner
    from pg_proc p where p.pronamespace = any ($1::regnamespace[]) and p.prokind = 'f'`,
  policies: `select schemaname, tablename, policyname, permissive, roles::text, cmd, qual, with_check
    from pg_policies`,
  relations: `select c.oid::regclass::text as name, c.relkind, c.relacl::text as grants,
      c.relrowsecurity, c.relforcerowsecurity, c.reloptions::text,
      pg_get_userbyid(c.relowner) as owner
    from pg_class c where c.relnamespace = any ($1::regnamespace[])`,
  columns: `select a.attrelid::regclass::text as relation, a.attname, a.attnotnull,
      format_type(a.atttypid, a.atttypmod) as type, a.attacl::text as grants,
      pg_get_expr(d.adbin, d.adrelid) as "default"
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where c.relnamespace = any ($1::regnamespace[]) and a.attnum > 0`,
  constraints: `select conrelid::regclass::text as relation, conname, pg_get_constraintdef(oid)
    from pg_constraint where connamespace = any ($1::regnamespace[])`,
  triggers: `select tgrelid::regclass::text as relation, tgname, pg_get_triggerdef(oid), tgenabled
    from pg_trigger where not tgisinternal`,
  schemas: `select nspname, nspacl::text as grants from pg_namespace where nspname !~ '^pg_'`,
  defaults: `select defaclrole::regrole::text, defaclnamespace::regnamespace::text, defaclobjtype,
      defaclacl::text as grants from pg_default_acl`,
  history: `select version, name from supabase_migrations.schema_migrations`,
};

/** The parts of the catalogue, each as sorted lines. */
async function catalogueOf(url: string): Promise<Record<string, string[]>> {
  const client = await connect(url);
  try {
    const schemas = ['public', 'private', 'analytics', 'pgmq'];
    const parts: Record<string, string[]> = {};
    for (const [name, text] of Object.entries(CATALOGUE)) {
      const { rows } = await client.query(text, text.includes('$1') ? [schemas] : []);
      parts[name] = rows.map((row) => JSON.stringify(row)).toSorted();
    }
    return parts;
  } finally {
    await client.end();
  }
}

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});

afterAll(() => server.stop());

async function push(url: string): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(
    'npx',
    ['--no-install', 'supabase', 'db', 'push', `--remote=${url}?sslmode=disable`, '--yes'],
    { cwd: repositoryRoot, env: { ...process.env, SUPABASE_TELEMETRY_DISABLED: '1' } },
  );
  return stdout + stderr;
}

async function countTenants(url: string): Promise<number | null> {
  const client = await connect(url);
  const { rowCount } = await client.query('select from public.tenants');
  await client.end();
  return rowCount;
}

test('supabase db push makes the same database as npm start', async () => {
  const [pushed, started] = [
    await newProject(server, 'pushed'),
    await newProject(server, 'started'),
  ];
  expect(await push(pushed)).toContain('Finished supabase db push');
  expect(await countTenants(pushed)).toBe(0);
  await applyFiles(started, { withSeeds: false });
  const [theirs, ours] = [await catalogueOf(pushed), await catalogueOf(started)];
  expect(ours['functions']?.length).toBeGreaterThan(100);
  expect(ours['policies']?.length).toBeGreaterThan(50);
  for (const part of Object.keys(CATALOGUE)) expect(theirs[part], part).toEqual(ours[part]);

  // What one of them has applied, the other knows to be there.
  expect(await applyFiles(pushed, { withSeeds: false })).toEqual({ migrations: [], seeds: [] });
  expect(await push(started)).toContain('up to date');
}, 240_000);
