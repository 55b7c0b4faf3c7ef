import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { applyFiles } from '../../supabase/stack/database.ts';
import { repositoryRoot } from '../../supabase/stack/paths.ts';
import { newProject } from '../harness/project.ts';
import { startTestServer, type TestServer } from '../harness/server.ts';

/**
 * What a hosted project has and this server has not, with the signatures of pg_cron, pg_net and Vault:
 * a job is kept, a request is noted, a secret is stored.
 */
const HOSTED = `
create schema cron;
create table cron.job (jobname text primary key, schedule text, command text);
create function cron.schedule(job_name text, schedule text, command text) returns bigint language sql as
$$ insert into cron.job values ($1, $2, $3) on conflict (jobname) do update set command = $3; select 1::bigint $$;
create schema net;
create table net.request (url text, body jsonb, headers jsonb, timeout_milliseconds integer);
create function net.http_post(url text, body jsonb default '{}', params jsonb default '{}',
  headers jsonb default '{"Content-Type": "application/json"}', timeout_milliseconds integer default 5000)
returns bigint language sql as
$$ insert into net.request values ($1, $2, $4, $5); select 1::bigint $$;
create schema vault;
create table vault.decrypted_secrets (name text unique, decrypted_secret text);
create function vault.create_secret(new_secret text, new_name text default null, new_description text default '')
returns uuid language sql as
$$ insert into vault.decrypted_secrets values ($2, $1); select gen_random_uuid() $$;
grant usage on schema cron, net, vault to postgres;
grant all on all tables in schema cron, net, vault to postgres;`;

let server: TestServer;
let project: pg.Client;
let statements: string[];

beforeAll(async () => {
  server = await startTestServer();
  const url = await newProject(server, 'operated');
  await applyFiles(url, { withSeeds: false });
  const admin = new pg.Client(`${server.url}/operated`);
  await admin.connect();
  await admin.query(HOSTED);
  await admin.end();
  project = new pg.Client(url);
  await project.connect();
  const text = await readFile(join(repositoryRoot, 'docs', 'operating.md'), 'utf8');
  statements = [...text.matchAll(/```sql\n([^]*?)```/g)].map((found) => found[1] ?? '');
});

afterAll(async () => {
  await project.end();
  await server.stop();
});

/** The block of the document that has this in it, with a project's own values. */
function written(part: string): string {
  const block = statements.find((it) => it.includes(part)) ?? '';
  return block
    .replaceAll('<ref>', 'abcdefghijklmnopqrst')
    .replaceAll('<key>', 'sb_secret_of_the_project')
    .replaceAll('<a long password>', 'a-long-password-1');
}

test('the jobs are made as the document has them, and do what it says', async () => {
  await project.query(written('cron.schedule'));
  const jobs = await project.query<{ jobname: string; schedule: string; command: string }>(
    'select * from cron.job order by jobname',
  );
  expect(jobs.rows.map(({ jobname, schedule }) => [jobname, schedule])).toEqual([
    ['ai-agent', '2 seconds'],
    ['deliver-webhook', '2 seconds'],
    ['fetch-media', '2 seconds'],
    ['geocode-address', '2 seconds'],
    ['maintenance', '* * * * *'],
    ['optimize-routes', '2 seconds'],
    ['process-events', '2 seconds'],
    ['prove-channel', '2 seconds'],
    ['send-message', '2 seconds'],
    ['submit-tax', '2 seconds'],
  ]);
  for (const { command } of jobs.rows) await project.query(command);
  const requests = await project.query('select * from net.request order by url');
  expect(requests.rows).toEqual(
    [
      'ai-agent',
      'deliver-webhook',
      'fetch-media',
      'geocode-address',
      'optimize-routes',
      'process-events',
      'prove-channel',
      'send-message',
      'submit-tax',
    ].map((name) => ({
      url: `https://abcdefghijklmnopqrst.supabase.co/functions/v1/${name}`,
      body: {},
      headers: { apikey: 'sb_secret_of_the_project' },
      timeout_milliseconds: 30_000,
    })),
  );
});

test('the first person stands outside the companies and can sign in', async () => {
  await project.query(written('platform_admins'));
  const { rows } = await project.query(
    `select u.email from private.platform_admins p
     join public.users u on u.id = p.user_id join auth.users a on a.id = u.id
     where a.encrypted_password = extensions.crypt('a-long-password-1', a.encrypted_password)`,
  );
  expect(rows).toEqual([{ email: 'you@company.example' }]);
});
