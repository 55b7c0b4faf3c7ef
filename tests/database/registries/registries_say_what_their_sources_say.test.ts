import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../../supabase/stack/database.ts';
import { repositoryRoot } from '../../../supabase/stack/paths.ts';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';

const REGISTRIES = [
  ...['calendar_events', 'activity_feed', 'document_registry', 'financial_ledger'],
  ...['people_directory', 'assignments', 'location_registry', 'status_tracker'],
  'inventory_registry',
];

let database: TestDatabase;
let admin: Session;
let manager: Session;

/** A day of both companies, every step of it a command of somebody who may give it, and what they write besides. */
beforeAll(async () => {
  database = await cloneDatabase('registries');
  admin = await database.asAdmin();
  const owner = await connect(database.urlFor('postgres'));
  await owner.query(`set mzigo.embedded = 'on'`);
  await owner.query(await readFile(join(repositoryRoot, 'seeds', '10_demo_day.sql'), 'utf8'));
  await owner.end();
  manager = await database.asUser('manager@acme.test');
  const order = await manager.one<{ id: string; user: string }>(
    `select o.id, auth.uid() as user from orders o order by o.created_at limit 1`,
  );
  await manager.rpc('add_comment', {
    document_kind: 'order',
    document_id: order.id,
    text: 'Ring first',
  });
  await manager.rpc('create_task', {
    title: 'Call them',
    assignee_id: order.user,
    due_on: '2026-12-24',
  });
  await manager.query(
    `insert into contacts (customer_id, name, phone) select c.id, 'Amina Otieno', '+254711000111' from customers c order by c.code limit 1`,
  );
  const [door] = await manager.query<{ id: string }>(
    `insert into doors (address, unit) values ('Moi Avenue 1', 'Flat 2') returning id`,
  );
  const [outcome] = await manager.query<{ id: string }>(
    `select id from door_outcomes where kind = 'talk'`,
  );
  await manager.rpc('visit_door', { door_id: door?.id, outcome_id: outcome?.id });
  await manager.query(
    `insert into customer_documents (customer_id, kind, valid_until) select c.id, 'Licence', '2027-01-31' from customers c order by c.code limit 1`,
  );
});

afterAll(() => database.drop());

const differences = (registry: string) =>
  admin.query('select * from private.verify_registry($1)', [registry]);

const content = async (registry: string) =>
  (
    await admin.query<{ row: string }>(
      `select to_jsonb(r)::text as row from ${registry} r order by id`,
    )
  ).map(({ row }) => row);

test('there are nine', async () => {
  const known = await admin.query<{ registry: string }>(
    'select registry from private.registries order by place',
  );
  expect(known.map((row) => row.registry)).toEqual(REGISTRIES);
});

test.each(REGISTRIES)('%s is after a day what its sources say', async (registry) => {
  expect(await content(registry)).not.toEqual([]);
  expect(await differences(registry)).toEqual([]);
});

test.each(REGISTRIES)('%s that was emptied is filled with the very same rows', async (registry) => {
  const kept = await content(registry);
  await admin.query(`truncate public.${registry}`);
  expect(await differences(registry)).toHaveLength(kept.length);
  await admin.query('select private.backfill_registry($1)', [registry]);
  expect(await content(registry)).toEqual(kept);
});

test('every machine is tracked, whichever family brought it', async () => {
  expect(
    await admin.query(
      `select m.machine from private.machines m
       where not exists (select from private.registry_sources s where s.registry = 'status_tracker' and s.table_name = m.table_name)`,
    ),
  ).toEqual([]);
});

test('a day that is set later makes a row, another day moves it, and none takes it away', async () => {
  const { id } = await manager.rpc<{ id: string }>('create_task', { title: 'Whenever' });
  const day = async () =>
    (
      await manager.query<{ day: string }>(
        `select (starts_at at time zone 'UTC')::date::text as day from calendar_events where entity_type = 'task' and entity_id = $1`,
        [id],
      )
    ).map((row) => row.day);
  expect(await day()).toEqual([]);
  await admin.query(`update tasks set due_on = '2026-12-01' where id = $1`, [id]);
  expect(await day()).toEqual(['2026-12-01']);
  await admin.query(`update tasks set due_on = '2026-12-02' where id = $1`, [id]);
  expect(await day()).toEqual(['2026-12-02']);
  await admin.query(`update tasks set due_on = null where id = $1`, [id]);
  expect(await day()).toEqual([]);
  expect(await differences('calendar_events')).toEqual([]);
});

test('a customer who is called otherwise is called so everywhere at once', async () => {
  await admin.query(
    `update customers set name = 'Called Otherwise' where id = (select counterparty_id from financial_ledger where transaction_type = 'invoice' limit 1)`,
  );
  expect(
    await admin.query(
      `select distinct source from financial_ledger where counterparty_name = 'Called Otherwise' order by 1`,
    ),
  ).toContainEqual({ source: 'invoices' });
  for (const registry of REGISTRIES) expect(await differences(registry)).toEqual([]);
});

test('a visit at a door is told in the words of the company, and the door is a place', async () => {
  await manager.query(`update door_outcomes set name = 'We talked' where kind = 'talk'`);
  expect(
    await manager.query(
      `select f.title, p.name from activity_feed f join location_registry p on p.entity_type = f.entity_type and p.entity_id = f.entity_id
       where f.activity_type = 'visit'`,
    ),
  ).toEqual([{ title: 'We talked', name: 'Moi Avenue 1, Flat 2' }]);
  expect(await differences('activity_feed')).toEqual([]);
  expect(await differences('location_registry')).toEqual([]);
});

test('what is deleted is gone', async () => {
  const { id } = await admin.one<{ id: string }>(
    `select id from contacts where name = 'Amina Otieno'`,
  );
  const listed = () => admin.query('select id from people_directory where id = $1', [id]);
  expect(await listed()).toHaveLength(1);
  await manager.query('delete from contacts where id = $1', [id]);
  expect(await listed()).toEqual([]);
});

test('a difference is found, and told by the daily verification', async () => {
  await admin.query('begin');
  await admin.query(
    `update status_tracker set current_status = 'lost' where entity_type = 'order'`,
  );
  const wrong = await differences('status_tracker');
  expect(wrong.length).toBeGreaterThan(1);
  const told = await admin.query(
    `select b.derivation from tenants t cross join lateral private.rebuild_balances_of(t.id) b`,
  );
  expect(told).toHaveLength(wrong.length);
  await admin.query('rollback');
});

test('a change that no mapping reads writes nothing', async () => {
  await admin.query('begin');
  const before = await admin.query(`select id, xmin::text from status_tracker order by id`);
  await admin.query(`update orders set notes = 'Back door'`);
  expect(await admin.query(`select id, xmin::text from status_tracker order by id`)).toEqual(
    before,
  );
  await admin.query('rollback');
});
