import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { connect } from '../../supabase/stack/database.ts';
import { readMigrations } from '../../supabase/stack/migrations.ts';
import { repositoryRoot } from '../../supabase/stack/paths.ts';
import { freePort } from '../../supabase/stack/ports.ts';
import { newProject } from '../harness/project.ts';
import { startTestServer, type TestServer } from '../harness/server.ts';

const CLI = join(repositoryRoot, 'supabase', 'stack', 'cli.mjs');

let server: TestServer;
let home: string;
const started: ReturnType<typeof spawn>[] = [];

beforeAll(async () => {
  server = await startTestServer();
  home = await mkdtemp(join(tmpdir(), 'mzigo-external-'));
});

afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null) continue;
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('exit', resolve));
  }
});

afterAll(async () => {
  await server.stop();
  await rm(home, { recursive: true, force: true });
});

/** `npm start` with a project of one's own; ends, or is ready. */
async function start(settings: Record<string, string>, flags: string[] = []) {
  const port = await freePort();
  const child = spawn(process.execPath, [CLI, 'start', ...flags], {
    env: { ...process.env, MZIGO_HOME: home, PORT: String(port), ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  while (child.exitCode === null && !output.includes('Ready in')) await sleep(50);
  return { code: child.exitCode, output, url: `http://127.0.0.1:${port}` };
}

async function count(url: string, table: string): Promise<number> {
  const client = await connect(url);
  const found = await client.query<{ count: string | null }>(
    `select case when to_regclass($1) is not null
       then (xpath('/row/n/text()', query_to_xml('select count(*) as n from ' || $1, false, true, '')))[1]
     end::text as count`,
    [table],
  );
  await client.end();
  return Number(found.rows[0]?.count ?? -1);
}

test('nothing is changed on a project of one’s own before one has said so', async () => {
  const DATABASE_URL = await newProject(server, 'asked');
  const { code, output } = await start({ DATABASE_URL });
  expect(code).toBe(1);
  expect(output).toContain('This would apply');
  expect(output).toContain('--yes');
  expect(output).not.toContain(new URL(DATABASE_URL).password);
  expect(await count(DATABASE_URL, 'public.tenants')).toBe(-1);
});

test('with --yes it gets the migrations, and no demo company', async () => {
  const DATABASE_URL = await newProject(server, 'confirmed');
  const first = await start({ DATABASE_URL }, ['--yes']);
  expect(first.output).toContain(`${(await readMigrations()).length} migrations`);
  expect(await count(DATABASE_URL, 'public.tenants')).toBe(0);
  expect(await count(DATABASE_URL, 'auth.users')).toBe(0);
  const second = await start({ DATABASE_URL });
  expect(second.output).toContain('up to date');
});

test('the files of the demo companies refuse to run there', async () => {
  const DATABASE_URL = await newProject(server, 'guarded');
  await start({ DATABASE_URL }, ['--yes']);
  const client = await connect(DATABASE_URL);
  const script = await readFile(join(repositoryRoot, 'seeds', '02_tenancy.sql'), 'utf8');
  await expect(client.query(script)).rejects.toMatchObject({ message: 'demo_data_refused' });
  await client.end();
  expect(await count(DATABASE_URL, 'public.tenants')).toBe(0);
});

test('--fresh never reaches it', async () => {
  const DATABASE_URL = await newProject(server, 'kept');
  const { code, output } = await start({ DATABASE_URL }, ['--fresh', '--yes']);
  expect(code).toBe(1);
  expect(output).toContain('--fresh throws data away and only works on the embedded database');
});

test('an address without its key is not enough', async () => {
  const { code, output } = await start({ SUPABASE_URL: 'https://project.example' });
  expect(code).toBe(1);
  expect(output).toContain('SUPABASE_PUBLISHABLE_KEY');
});
