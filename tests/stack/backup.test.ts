import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { backUp, restore, whileStopped } from '../../supabase/stack/backup.ts';
import { databaseHome, stateHome } from '../../supabase/stack/paths.ts';
import { freePort } from '../../supabase/stack/ports.ts';
import { startServer } from '../../supabase/stack/postgres.ts';
import { readSecrets, rotateKeys } from '../../supabase/stack/secrets.ts';
import { startStack, type Stack } from '../../supabase/stack/stack.ts';

vi.setConfig({ testTimeout: 240_000 });

let folder: string;
let home: string;
let backup: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mzigo-backup-'));
  await chmod(folder, 0o755);
  home = join(folder, 'state');
  backup = join(folder, 'mzigo.tar');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function withStack<T>(work: (stack: Stack) => Promise<T>): Promise<T> {
  const port = await freePort();
  const options = { home, runtimeHome: stateHome, port, host: '127.0.0.1', isThrowAway: true };
  const stack = await startStack(options);
  try {
    return await work(stack);
  } finally {
    await stack.stop();
  }
}

/**
 * All policies, functions and rights, and a fingerprint of the rows of every table; read without the
 * services, which would go on with their work meanwhile.
 */
async function contents(): Promise<Record<string, string>> {
  const { databasePassword } = await readSecrets(home);
  const server = await startServer({
    home: databaseHome(stateHome),
    data: join(databaseHome(home), 'data', 'postgres'),
    password: databasePassword,
    isThrowAway: true,
  });
  const client = new pg.Client(server.url());
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string; print: string }>(`
      select 'policy ' || p.schemaname || '.' || p.tablename || ' ' || p.policyname as name, md5(p::text) as print
      from pg_policies as p
      union all
      select 'function ' || p.oid::regprocedure, md5(pg_get_functiondef(p.oid) || coalesce(p.proacl::text, ''))
      from pg_proc as p where p.prokind = 'f' and p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
      union all
      select 'table ' || c.oid::regclass, c.relrowsecurity || coalesce(c.relacl::text, '') ||
        (xpath('/row/print/text()', query_to_xml(
          format('select coalesce(md5(string_agg(t::text, '','' order by t::text)), '''') as print from %s as t', c.oid::regclass),
          false, true, '')))[1]::text
      from pg_class as c
      where c.relkind = 'r' and c.relnamespace::regnamespace::text in ('public', 'auth', 'storage')`);
    return Object.fromEntries(rows.map(({ name, print }) => [name, print]));
  } finally {
    await client.end();
    await server.stop();
  }
}

async function signIn({ url, publishableKey }: Stack): Promise<number> {
  const answer = await fetch(`${url}/auth/v1/token?grant_type=password`, {
    method: 'POST',
    headers: { apikey: publishableKey, 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'sales@acme.test', password: 'mzigo-demo-2026' }),
  });
  return answer.status;
}

test('a folder with nothing in it is not backed up', async () => {
  await mkdir(home);
  await expect(backUp(home, backup)).rejects.toThrow('There is nothing to back up');
  expect(await readdir(folder)).toEqual(['state']);
});

test('nothing is backed up, restored or rekeyed under a running stack', async () => {
  const running = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', 'supabase/stack/']);
  await once(running, 'spawn');
  await writeFile(join(home, 'stack.lock'), String(running.pid));
  try {
    for (const work of [
      () => backUp(home, backup),
      () => restore(home, backup),
      () => whileStopped(home, () => rotateKeys(home)),
    ]) {
      await expect(work()).rejects.toThrow('stop it with npm stop');
    }
    expect(await readdir(folder)).toEqual(['state']);
  } finally {
    running.kill();
    await once(running, 'exit');
    await rm(join(home, 'stack.lock'));
  }
});

test('what is restored equals what was backed up, policies, files and secrets included', async () => {
  expect(await withStack(signIn)).toBe(200);
  const before = await contents();
  expect(Object.keys(before).filter((name) => name.startsWith('policy')).length).toBeGreaterThan(
    50,
  );
  expect(before).toHaveProperty('table orders', expect.any(String));
  const photo = join(databaseHome(home), 'data', 'storage', 'photo');
  await mkdir(dirname(photo), { recursive: true });
  await writeFile(photo, 'a photo');
  const secrets = await readFile(join(home, 'secrets.json'), 'utf8');
  await backUp(home, backup);
  expect((await stat(backup)).mode & 0o077).toBe(0);

  await rm(home, { recursive: true });
  expect(await restore(home, backup)).toBeNull();
  expect(await readFile(photo, 'utf8')).toBe('a photo');
  expect(await readFile(join(home, 'secrets.json'), 'utf8')).toBe(secrets);
  expect(await contents()).toEqual(before);
  expect(await withStack(signIn)).toBe(200);
});

test('a restore moves what was there aside', async () => {
  const photo = join(databaseHome(home), 'data', 'storage', 'photo');
  await writeFile(photo, 'another photo');
  const aside = await restore(home, backup);
  expect(await readFile(join(aside ?? '', 'data', 'storage', 'photo'), 'utf8')).toBe(
    'another photo',
  );
  expect(await readFile(photo, 'utf8')).toBe('a photo');
});

test('a file that is no whole backup changes nothing', async () => {
  const secrets = await readFile(join(home, 'secrets.json'), 'utf8');
  const other = join(folder, 'other.tar');
  await expect(restore(home, other)).rejects.toThrow('does not exist');
  await writeFile(other, 'no backup at all'.repeat(100));
  await expect(restore(home, other)).rejects.toThrow('nothing was changed');
  await truncate(backup, (await stat(backup)).size / 2);
  await expect(restore(home, backup)).rejects.toThrow('nothing was changed');
  expect(await readFile(join(home, 'secrets.json'), 'utf8')).toBe(secrets);
});

test('after new keys the old ones open nothing, and people still sign in', async () => {
  const old = await withStack(async ({ publishableKey, secretKey }) => [publishableKey, secretKey]);
  await whileStopped(home, () => rotateKeys(home));
  await withStack(async (stack) => {
    expect(await signIn(stack)).toBe(200);
    for (const apikey of old) {
      const answer = await fetch(`${stack.url}/rest/v1/orders?select=id`, {
        headers: { apikey: apikey ?? '' },
      });
      expect(answer.status).toBe(401);
    }
  });
});
