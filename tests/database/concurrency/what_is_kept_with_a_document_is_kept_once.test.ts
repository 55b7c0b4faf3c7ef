import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';
import { meet } from './meet.ts';
import { Races, times } from './race.ts';

let database: TestDatabase;
let races: Races;
let owner: Session;
let sales: Session;
let order: string;

const FIELDS = (kind: string) =>
  JSON.stringify({ fields: { order: [{ key: 'gate', label: 'Gate', kind }] } });
const SETTINGS = 'update tenant_settings set type_definitions = $1';

beforeAll(async () => {
  database = await cloneDatabase('kept_once');
  races = await Races.open(database);
  owner = await database.asUser('owner@acme.test');
  sales = await database.asUser('sales@acme.test');
  order = await races.made(`tests.pending('Kilimani Mini Mart', 'COL-300', 1)`);
});

afterAll(() => database.drop());

test('a tag that several people give at once is there once', async () => {
  await owner.query(`insert into tags (name) values ('Festival')`);
  const tag = await races.made(`(select id from tags where name = 'Festival')`);
  const args = { document_kind: 'order', document_id: order, tag_id: tag };
  expect(await races.at('tags', tag, times(4, ['sales', 'add_tag', args]), 'update')).toEqual({
    ok: 4,
  });
  expect(await races.number('(select count(*) from record_tags)')).toBe(1);
});

test('a tag that is retired at the same moment is given before or not at all', async () => {
  await owner.query(`insert into tags (name) values ('Old')`);
  const tag = await races.made(`(select id from tags where name = 'Old')`);
  expect(
    await meet(
      database,
      [owner, 'update tags set is_active = false where id = $1', [tag]],
      [sales, `select public.add_tag('order', $1, $2)`, [order, tag]],
    ),
  ).toBe('tag_retired');
});

test('a field does not change its kind while somebody fills it in', async () => {
  await owner.query(SETTINGS, [FIELDS('text')]);
  expect(
    await meet(
      database,
      [sales, `select public.set_own_fields('order', $1, '{"gate": "North"}')`, [order]],
      [owner, SETTINGS, [FIELDS('number')]],
    ),
  ).toBe('own_field_kind_fixed');
});

test('of two people who do a task at once one is told that it is done', async () => {
  const { id } = await sales.rpc<{ id: string }>('create_task', { title: 'Ring the buyer' });
  const answers = await races.at('tasks', id, [
    ['sales', 'complete_task', { task_id: id }],
    ['manager', 'complete_task', { task_id: id }],
  ]);
  expect(answers).toEqual({ ok: 1, task_transition_illegal: 1 });
});

test('two clocks remind of a task once', async () => {
  const me = await races.made(`(select id from users where email = 'sales@acme.test')`);
  await sales.rpc('create_task', { title: 'Now', assignee_id: me, due_on: '2026-01-01' });
  const first = await database.asAdmin();
  const second = await database.asAdmin();
  const remind = 'select private.send_task_reminders()';
  await first.query('update tasks set due_on = private.tenant_today(tenant_id) where title = $1', [
    'Now',
  ]);
  expect(await meet(database, [first, remind, []], [second, remind, []])).toBe('ok');
  expect(await races.number(`(select count(*) from messages where template = 'task.due')`)).toBe(1);
});
