import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApi, type Api } from '../../supabase/stack/api.ts';
import { cloneDatabase, type TestDatabase } from '../harness/database.ts';
import { openSession, SECRETS, tokenFor } from './_support/tokens.ts';

const USER = '00000000-0000-7000-8000-000000000001';

const FUNCTIONS = `
create function public.t_add(a integer, b numeric default 1.50) returns numeric
language sql stable as $$ select a + b $$;
create function public.t_json(value jsonb) returns jsonb language sql stable as $$ select value $$;
create function public.t_nothing() returns void language sql volatile as $$ select $$;
create function public.t_null() returns text language sql stable as $$ select null::text $$;
create function public.t_numbers(n integer) returns setof integer
language sql stable as $$ select generate_series(1, n) $$;
create function public.t_rows(n integer) returns table (id integer, "at" timestamptz)
language sql stable as $$ select g, timestamptz '2026-11-20 12:00+03' from generate_series(1, n) g $$;
create function public.t_row() returns public.queue_sample
language sql stable as $$ select row(1, 'x')::public.queue_sample $$;
create function public.t_raise(code text) returns void language plpgsql stable as $$
begin raise exception using errcode = code, message = 'key', detail = 'd', hint = 'h'; end $$;
create function public.t_caller() returns jsonb language sql stable as $$
  select jsonb_build_object('role', current_role, 'uid', auth.uid(),
    'claims', current_setting('request.jwt.claims')::jsonb ->> 'email',
    'timeout', current_setting('statement_timeout'), 'zone', current_setting('TimeZone'),
    'read_only', current_setting('transaction_read_only'),
    'method', current_setting('request.method'), 'path', current_setting('request.path')) $$;
create function public.t_sleep(seconds integer) returns void
language sql stable as $$ select pg_sleep(seconds) $$;
create function public.t_keep(number integer) returns void language plpgsql volatile as $$
begin
  insert into public.t_kept values (number);
  if number < 0 then raise exception using errcode = 'PT409', message = 'negative'; end if;
end $$;
create function public.t_write_secretly() returns void language plpgsql stable as $$
begin perform public.t_keep(7); end $$;
create function public.t_created() returns integer language sql volatile as $$
  select set_config('response.status', '201', true);
  select set_config('response.headers', '[{"Location": "/here"}]', true);
  select 5 $$;
create function public.t_closed() returns integer language sql stable as $$ select 1 $$;
create function public.t_two(a integer) returns text language sql stable as $$ select 'integer' $$;
create function public.t_two(a text) returns text language sql stable as $$ select 'text' $$;
create function public.t_two(a integer, b integer) returns text language sql stable as $$ select 'both' $$;
`;

/** For what happens by itself, on a machine that may be busy. */
const SOON = { timeout: 30_000 };

let database: TestDatabase;
let api: Api;
let folder: string;

beforeAll(async () => {
  database = await cloneDatabase('rpc');
  const admin = await database.asAdmin();
  await admin.query('create type public.queue_sample as (id integer, name text)');
  await admin.query(
    'create table public.t_kept (number integer unique deferrable initially deferred)',
  );
  await admin.query('grant all on public.t_kept to authenticated');
  await admin.query(FUNCTIONS);
  await openSession(admin, USER);
  await admin.query(`do $$ declare f regprocedure; begin
    for f in select oid from pg_proc where pronamespace = 'public'::regnamespace and proname like 't\\_%'
    loop execute format('grant execute on function %s to anon, authenticated', f); end loop; end $$`);
  await admin.query(
    'revoke execute on function public.t_closed() from public, anon, authenticated',
  );
  folder = await mkdtemp(join(tmpdir(), 'mzigo-rpc-'));
  api = await startApi({
    databaseUrl: (role) => database.urlFor(role),
    secrets: SECRETS,
    storageFolder: folder,
  });
});

afterAll(async () => {
  await api.close();
  await database.drop();
  await rm(folder, { recursive: true });
});

const anonymous = () => ({ apikey: SECRETS.publishableKey, 'content-type': 'application/json' });
const signedIn = () => ({
  ...anonymous(),
  authorization: `Bearer ${tokenFor(USER, 'u@acme.test')}`,
});
const asService = () => ({ apikey: SECRETS.secretKey, 'content-type': 'application/json' });

type Headers = Record<string, string>;

async function quick(name: string, args: unknown = {}, headers: Headers = signedIn()) {
  const body = typeof args === 'string' ? args : JSON.stringify(args);
  const url = `/rest/v1/rpc/${name}`;
  return api.rest({ method: 'POST', url, headers, body: Buffer.from(body) });
}

/** The answer with its JSON read. */
async function call(name: string, args: unknown = {}, headers: Headers = signedIn()) {
  const answer = await quick(name, args, headers);
  const json: unknown = answer.body === null ? null : JSON.parse(answer.body);
  return { status: answer.status, range: answer.headers['content-range'] ?? null, json, answer };
}

const facts = (role: string, timeout: string, uid: string | null, email: string | null) => ({
  role,
  timeout,
  uid,
  claims: email,
  zone: 'UTC',
  read_only: 'on',
  method: 'POST',
  path: '/rpc/t_caller',
});

test.each<[string, string, object, () => Headers, number, unknown]>([
  ['a scalar', 't_add', { a: 1, b: 2 }, signedIn, 200, 3],
  ['a default', 't_add', { a: 1 }, signedIn, 200, 2.5],
  [
    'a JSON argument',
    't_json',
    { value: { a: [1, { b: null }] } },
    signedIn,
    200,
    { a: [1, { b: null }] },
  ],
  ['a JSON null', 't_json', { value: null }, signedIn, 200, null],
  ['nothing', 't_nothing', {}, signedIn, 204, null],
  ['a set of scalars', 't_numbers', { n: 3 }, signedIn, 200, [1, 2, 3]],
  ['an empty set', 't_numbers', { n: 0 }, signedIn, 200, []],
  ['one row', 't_row', {}, signedIn, 200, { id: 1, name: 'x' }],
  ['the caller', 't_caller', {}, signedIn, 200, facts('authenticated', '8s', USER, 'u@acme.test')],
  ['the visitor', 't_caller', {}, anonymous, 200, facts('anon', '3s', null, null)],
  ['a bad argument', 't_add', { a: 'x' }, signedIn, 400, { code: '22P02' }],
  ['a number out of range', 't_add', { a: 2 ** 40 }, signedIn, 400, { code: '22003' }],
  ['a closed function, signed in', 't_closed', {}, signedIn, 403, { code: '42501' }],
  ['a closed function, not signed in', 't_closed', {}, anonymous, 401, { code: '42501' }],
  ['a refusal', 't_raise', { code: 'PT409' }, signedIn, 409, { code: 'PT409', message: 'key' }],
])('%s is answered', async (_, name, args, headers, status, json) => {
  const answer = await call(name, args, headers());
  expect(answer.status).toBe(status);
  if (typeof json === 'object' && json !== null) expect(answer.json).toMatchObject(json);
  else expect(answer.json).toEqual(json);
});

test('the answer is PostgREST’s to the byte', async () => {
  expect((await quick('t_rows', { n: 2 })).body).toBe(
    '[{"id":1,"at":"2026-11-20T09:00:00+00:00"}, \n {"id":2,"at":"2026-11-20T09:00:00+00:00"}]',
  );
  expect((await quick('t_add', { a: 1 })).body).toBe('2.50');
  expect((await quick('t_null')).body).toBe('null');
  const nothing = await quick('t_nothing');
  expect(nothing).toEqual({ status: 204, headers: { 'content-range': '0-0/*' }, body: null });
});

test.each([
  ['PT404', 404],
  ['PT422', 422],
  ['42501', 403],
  ['22P02', 400],
  ['23502', 400],
  ['23503', 409],
  ['23505', 409],
  ['23514', 400],
  ['25006', 405],
  ['28000', 403],
  ['40001', 500],
  ['40P01', 500],
  ['42883', 404],
  ['53300', 503],
  ['53400', 500],
  ['55P03', 500],
  ['P0001', 400],
  ['XX000', 500],
])('SQLSTATE %s becomes HTTP %i with what was raised', async (code, status) => {
  const { answer, json } = await call('t_raise', { code });
  expect(answer.status).toBe(status);
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(json).toEqual({ code, message: 'key', details: 'd', hint: 'h' });
});

test('who is not signed in is asked to', async () => {
  const { answer } = await call('t_closed', {}, anonymous());
  expect(answer.status).toBe(401);
  expect(answer.headers['www-authenticate']).toBe('Bearer');
});

test('each role may take the time that it was given', async () => {
  const timeoutOf = async (headers: Headers) =>
    ((await call('t_caller', {}, headers)).json as { timeout: string }).timeout;
  expect(await timeoutOf(anonymous())).toBe('3s');
  expect(await timeoutOf(signedIn())).toBe('8s');
});

test('who takes longer is stopped', async () => {
  const args = { seconds: 20 };
  const own = await call('t_sleep', args, anonymous());
  // Not a fault of the server: the caller asked for more than his share of time.
  expect(own).toMatchObject({ status: 429, json: { code: '57014' } });
  expect(own.answer.headers['retry-after']).toBe('5');
});

test('an error anywhere undoes the whole call, and the next one is not touched by it', async () => {
  const admin = await database.asAdmin();
  expect(await call('t_keep', { number: -1 })).toMatchObject({ status: 409 });
  expect(await call('t_keep', { number: 1 })).toMatchObject({ status: 204 });
  // A deferred constraint fails when everything else has succeeded.
  expect(await call('t_keep', { number: 1 })).toMatchObject({
    status: 409,
    json: { code: '23505' },
  });
  expect(await admin.query('select number from public.t_kept')).toEqual([{ number: 1 }]);
});

test('a function that says it changes nothing cannot', async () => {
  expect(await call('t_write_secretly')).toMatchObject({ status: 405, json: { code: '25006' } });
});

test('a function may set the status and headers of its answer', async () => {
  const { answer } = await call('t_created');
  expect(answer).toMatchObject({ status: 201, body: '5', headers: { location: '/here' } });
  expect(await call('t_add', { a: 1 })).toMatchObject({ status: 200 });
});

test('an overload is chosen by the names of its arguments', async () => {
  expect(await call('t_two', { b: 1, a: 1 })).toMatchObject({ json: 'both' });
  expect(await call('t_two', { a: 1 })).toMatchObject({
    status: 300,
    json: {
      code: 'PGRST203',
      message:
        'Could not choose the best candidate function between: public.t_two(a => integer), public.t_two(a => text)',
    },
  });
});

test('more kinds of calls than a connection keeps prepared are answered all the same', async () => {
  const names = Array.from({ length: 8 }, (_, index) => `o${index}`);
  const admin = await database.asAdmin();
  await admin.query(`create function public.t_many(${names.map((it) => `${it} integer default 0`).join(', ')})
    returns integer language sql stable as $$ select ${names.join(' + ')} $$`);
  await admin.query('grant execute on function public.t_many to authenticated');
  await admin.query('notify pgrst');
  await expect.poll(() => quick('t_many'), SOON).toMatchObject({ status: 200 });
  for (let subset = 0; subset < 256; subset += 1) {
    const given = names.filter((_, index) => (subset >> index) & 1);
    const args = Object.fromEntries(given.map((name) => [name, 1]));
    expect(await call('t_many', args)).toMatchObject({ status: 200, json: given.length });
  }
});

test('no more rows are given than an answer may have', async () => {
  const { json, range } = await call('t_numbers', { n: 5000 });
  expect(json).toHaveLength(1000);
  expect(range).toBe('0-999/*');
});

test.each<[string, string, Headers, unknown, number, string]>([
  ['an unknown function', 't_unknown', {}, {}, 404, 'PGRST202'],
  ['an argument it does not have', 't_add', {}, { a: 1, c: 1 }, 404, 'PGRST202'],
  ['a missing argument', 't_add', {}, {}, 404, 'PGRST202'],
  ['no JSON', 't_add', {}, '{', 400, 'PGRST102'],
  ['an array', 't_add', {}, [{ a: 1 }], 400, 'PGRST102'],
  ['another key', 't_add', { apikey: 'sb_publishable_other' }, { a: 1 }, 401, 'api_key_invalid'],
  [
    'a token it does not trust',
    't_add',
    { authorization: 'Bearer a.b.c' },
    { a: 1 },
    401,
    'PGRST301',
  ],
  ['other credentials', 't_add', { authorization: 'Basic YTpi' }, { a: 1 }, 401, 'PGRST301'],
  [
    'a secret key in a browser',
    't_add',
    { ...asService(), 'user-agent': 'Mozilla/5.0' },
    { a: 1 },
    401,
    'api_key_invalid',
  ],
  ['another schema', 't_add', { 'content-profile': 'private' }, { a: 1 }, 406, 'PGRST106'],
  ['an unknown form', 't_rows', { accept: 'image/png' }, { n: 1 }, 406, 'PGRST107'],
])('%s is refused', async (_, name, headers, args, status, code) => {
  const answer = await call(name, args, { ...signedIn(), ...headers });
  expect(answer).toMatchObject({ status, json: { code } });
});

test('a new function can be called as soon as the database says so', async () => {
  const admin = await database.asAdmin();
  expect(await quick('t_late')).toMatchObject({ status: 404 });
  await admin.query(`create function public.t_late() returns integer language sql as 'select 1'`);
  await admin.query(`grant execute on function public.t_late() to authenticated`);
  await admin.query('notify pgrst');
  await expect.poll(() => quick('t_late'), SOON).toMatchObject({ status: 200, body: '1' });
});

test('a lost connection is an answer, and the next call gets a new one', async () => {
  const admin = await database.asAdmin();
  const sleeping = call('t_sleep', { seconds: 5 });
  await expect
    .poll(
      () =>
        admin.query(`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and wait_event = 'PgSleep'`),
      SOON,
    )
    .toHaveLength(1);
  expect(await sleeping).toMatchObject({ status: 503 });
  expect(await call('t_add', { a: 1 })).toMatchObject({ status: 200 });
});

test('more calls than connections take turns, and those that wait for a broken one get another', async () => {
  const admin = await database.asAdmin();
  const sleeping = Array.from({ length: 8 }, () => call('t_sleep', { seconds: 7 }));
  const asleep = `from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'`;
  await expect.poll(() => admin.query(`select pid ${asleep}`), SOON).toHaveLength(8);
  const waiting = Array.from({ length: 12 }, (_, a) => call('t_add', { a, b: 0 }));
  await admin.query(`select pg_terminate_backend(pid) ${asleep}`);
  const broken = await Promise.all(sleeping);
  expect(broken.map((it) => it.status)).toEqual(Array(8).fill(503));
  expect((await Promise.all(waiting)).map((it) => it.json)).toEqual([...Array(12).keys()]);
});
