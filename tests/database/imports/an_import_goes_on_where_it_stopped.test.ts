import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';
import { meet } from '../concurrency/meet.ts';
import { Office } from './office.ts';

let database: TestDatabase;
let office: Office;
let admin: Session;

beforeAll(async () => {
  database = await cloneDatabase('stopped_imports');
  office = await Office.open(database, 'manager@acme.test');
  admin = await database.asAdmin();
});

afterAll(() => database.drop());

/** Two batches and a bit: a batch has 250 rows at most. */
const many = (prefix: string) =>
  Array.from({ length: 600 }, (_, index) => ({
    sku: `${prefix}-${index}`,
    name: 'One of many',
    base_price: '1',
  }));

const count = async (prefix: string) =>
  Number(
    (
      await admin.one(`select count(*) as n from public.products where sku like $1`, [
        `${prefix}-%`,
      ])
    ).n,
  );

async function started(prefix: string): Promise<string> {
  const id = await office.send('product', { rows: many(prefix) });
  await office.work();
  await office.person.rpc('run_import', { import_id: id });
  return id;
}

test('it stops after the batch that is written, and the rest follows when it is told to go on', async () => {
  const id = await started('STOP');
  await office.work(1);
  const answer = await meet(
    database,
    [await database.asService(), 'select public.work_import()', []],
    [await database.asUser('manager@acme.test'), 'select public.stop_import($1)', [id]],
  );
  expect(answer).toBe('ok');
  await office.work();
  expect(await office.status(id)).toBe('stopped');
  const written = await count('STOP');
  expect(written).toBeGreaterThan(0);
  expect(written).toBeLessThan(600);
  expect((await office.outcome(id)).filter((it) => it === 'made')).toHaveLength(written);
  await office.person.rpc('run_import', { import_id: id });
  await office.work();
  expect(await office.status(id)).toBe('done');
  expect(await count('STOP')).toBe(600);
});

test('a batch that dies leaves nothing, and no row is written twice', async () => {
  const id = await started('KILL');
  const dying = await database.asService();
  await dying.query('begin');
  await dying.query('select public.work_import()');
  const { pid } = await dying.one<{ pid: number }>('select pg_backend_pid() as pid');
  const end = new Promise((done) => dying.client.once('error', done));
  await admin.query('select pg_terminate_backend($1)', [pid]);
  await end;
  // Its locks are gone when it is, a moment after its connection.
  const lives = 'select count(*)::int as count from pg_stat_activity where pid = $1';
  while ((await admin.one<{ count: number }>(lives, [pid])).count > 0);
  expect(await count('KILL')).toBe(0);
  await office.work();
  expect(await office.status(id)).toBe('done');
  expect(await count('KILL')).toBe(600);
});

test('rows that are slow to write are a few at a time, and none is tried in vain', async () => {
  await admin.query(
    `create function pg_temp.dawdle() returns trigger language plpgsql as $$ begin perform pg_sleep(0.1); return new; end $$`,
  );
  await admin.query(
    `create trigger dawdle before insert on public.products for each row when (new.sku like 'SLOW-%') execute function pg_temp.dawdle()`,
  );
  const id = await office.send('product', { rows: many('SLOW').slice(0, 100) });
  await office.work(1);
  const { good = 0, waiting = 0 } = await office.person.rpc<Record<string, number>>(
    'import_progress',
    { import_id: id },
  );
  expect(good, 'what two seconds are enough for').toBeGreaterThanOrEqual(10);
  expect(waiting, 'the rest is for the next batch').toBe(100 - good);
  expect(waiting).toBeGreaterThan(50);
  await admin.query('drop trigger dawdle on public.products');
  await office.work();
  expect(await office.status(id)).toBe('ready');
});

test('two workers do not write the same rows', async () => {
  const id = await started('PAIR');
  const [one, other] = [await database.asService(), await database.asService()];
  await one.query('begin');
  await one.query('select public.work_import()');
  expect(await other.rpc('work_import'), 'the import is in the hands of the first').toBe(0);
  await one.query('commit');
  await office.work();
  expect(await office.outcome(id)).toEqual(many('PAIR').map(() => 'made'));
});

test('it stands still while the one who runs it may not, and says so', async () => {
  const id = await started('AWAY');
  await admin.query(
    `update public.memberships m set status = 'inactive' from auth.users u where u.id = m.user_id and u.email = 'manager@acme.test'`,
  );
  await office.work();
  expect(
    await admin.one(`select status::text, status_reason from public.imports where id = $1`, [id]),
  ).toEqual({ status: 'stopped', status_reason: 'import_person_away' });
  expect(await count('AWAY')).toBe(0);
  await admin.query(
    `update public.memberships m set status = 'active' from auth.users u where u.id = m.user_id and u.email = 'manager@acme.test'`,
  );
  await office.person.rpc('run_import', { import_id: id });
  await office.work();
  expect(await count('AWAY')).toBe(600);
});
