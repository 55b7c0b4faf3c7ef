import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../../supabase/stack/database.ts';
import { repositoryRoot } from '../../../supabase/stack/paths.ts';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';

let database: TestDatabase;
let admin: Session;
let finance: Session;
let warehouse: Session;
let driver: Session;

beforeAll(async () => {
  database = await cloneDatabase('registry_readers');
  admin = await database.asAdmin();
  const owner = await connect(database.urlFor('postgres'));
  await owner.query(`set mzigo.embedded = 'on'`);
  await owner.query(await readFile(join(repositoryRoot, 'seeds', '10_demo_day.sql'), 'utf8'));
  await owner.end();
  finance = await database.asUser('finance@acme.test');
  warehouse = await database.asUser('warehouse@acme.test');
  driver = await database.asUser('driver@acme.test');
});

afterAll(() => database.drop());

const kinds = async (person: Session, registry: string) =>
  (
    await person.query<{ entity_type: string }>(
      `select distinct entity_type from ${registry} order by 1`,
    )
  ).map((row) => row.entity_type);

test('a warehouse clerk finds no money in the ledger, and finance does', async () => {
  expect(await kinds(finance, 'financial_ledger')).toContain('invoice');
  expect(await kinds(warehouse, 'financial_ledger')).not.toContain('invoice');
  expect(await kinds(warehouse, 'financial_ledger')).not.toContain('payment');
  expect(await kinds(warehouse, 'document_registry')).not.toContain('invoice');
  expect(await kinds(warehouse, 'status_tracker')).not.toContain('invoice');
  expect(await kinds(warehouse, 'activity_feed')).not.toContain('invoice');
});

test('a driver finds the orders and trips that he sees, and no others', async () => {
  for (const [kind, table] of [
    ['order', 'orders'],
    ['trip', 'trips'],
  ] as const) {
    const seen = await driver.query(`select id from ${table} order by 1`);
    const tracked = await driver.query(
      `select entity_id as id from status_tracker where entity_type = $1 order by 1`,
      [kind],
    );
    const all = await admin.query(`select id from ${table}`);
    expect(tracked).toEqual(seen);
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.length).toBeLessThan(all.length);
  }
});

test('comments are for whoever reads comments, though the feed tells of the order', async () => {
  const { id } = await admin.one<{ id: string }>(
    `select id from orders where tenant_id = (select id from tenants where slug = 'acme') order by created_at limit 1`,
  );
  const manager = await database.asUser('manager@acme.test');
  await manager.rpc('add_comment', { document_kind: 'order', document_id: id, text: 'Between us' });
  const told = (person: Session) =>
    person.query(`select content from activity_feed where entity_id = $1 and source = 'comments'`, [
      id,
    ]);
  const sales = await database.asUser('sales@acme.test');
  expect(await told(sales)).toEqual([{ content: 'Between us' }]);
  await admin.query(
    `insert into tenant_role_permissions (tenant_id, role, permission, is_granted)
     values ((select id from tenants where slug = 'acme'), 'sales', 'comments.view', false)`,
  );
  expect(await told(sales)).toEqual([]);
  expect(await sales.query(`select id from activity_feed where entity_id = $1`, [id])).not.toEqual(
    [],
  );
});

test('what is private is its owner’s alone', async () => {
  await admin.query('begin');
  try {
    const { id, user } = await admin.one<{ id: string; user: string }>(
      `select a.id, a.actor_id as user from activity_feed a join users u on u.id = a.actor_id
       where u.email = 'sales@acme.test' and a.entity_type = 'order' limit 1`,
    );
    await admin.query(`update activity_feed set visibility = 'private' where id = $1`, [id]);
    const seenBy = async (email: string) => {
      const { sub } = await admin.one<{ sub: string }>(
        'select id as sub from users where email = $1',
        [email],
      );
      await admin.query(`select set_config('request.jwt.claims', $1, true)`, [
        JSON.stringify({ sub, role: 'authenticated' }),
      ]);
      await admin.query('set local role authenticated');
      const rows = await admin.query('select id from activity_feed where id = $1', [id]);
      await admin.query('reset role');
      return rows.length;
    };
    expect(user).toBeTruthy();
    expect(await seenBy('sales@acme.test')).toBe(1);
    expect(await seenBy('owner@acme.test')).toBe(0);
  } finally {
    await admin.query('rollback');
  }
});

test('another company finds nothing of this one, whatever it asks', async () => {
  const stranger = await database.asUser('admin@globex.test');
  const { id } = await admin.one<{ id: string }>(`select id from tenants where slug = 'acme'`);
  for (const registry of [
    'activity_feed',
    'people_directory',
    'financial_ledger',
    'status_tracker',
  ]) {
    expect(await stranger.query(`select id from ${registry} where tenant_id = $1`, [id])).toEqual(
      [],
    );
    expect(await stranger.query(`select id from ${registry}`)).not.toEqual([]);
  }
});

test('nobody writes a registry', async () => {
  const owner = await database.asUser('owner@acme.test');
  await expect(owner.query(`update people_directory set phone = null`)).rejects.toThrow(
    'permission denied',
  );
  await expect(owner.query(`delete from status_tracker`)).rejects.toThrow('permission denied');
});

test('a policy that is not understood is asked row by row', async () => {
  const whole = (
    await admin.query<{ kind: string }>('select kind from private.seen_whole order by 1')
  ).map((row) => row.kind);
  expect(whole).toEqual(expect.arrayContaining(['order', 'invoice', 'product', 'vehicle']));
  // Of these somebody with the right may still not see every row.
  for (const kind of ['lead', 'deal', 'task', 'membership', 'stock', 'serial']) {
    expect(whole).not.toContain(kind);
  }
});
