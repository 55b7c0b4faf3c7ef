import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../harness/database.ts';
import { Races, type Attempt } from './race.ts';

let database: TestDatabase;
let races: Races;
const made = (expression: string) => races.made(expression);

beforeAll(async () => {
  database = await cloneDatabase('shifts');
  races = await Races.open(database);
  const admin = await database.asAdmin();
  await admin.query(`update warehouses set works_in_shifts = true where id = tests.depot()`);
});

afterAll(() => database.drop());

const counters = () => made(`array[tests.account('warehouse@acme.test')]`);

test('two people who open a depot at once: one does', async () => {
  const warehouse_id = await made('tests.depot()');
  const open: Attempt = [
    'warehouse',
    'open_depot',
    { warehouse_id, counter_ids: await counters() },
  ];
  const answers = await races.at('warehouses', warehouse_id, [open, open, open], 'update');
  expect(answers).toEqual({ ok: 1, stock_count_open: 2 });
});

test('who closes a depot waits for the goods that are leaving, and who ships after that finds it closed', async () => {
  const count = await made(`(select id from stock_counts where is_open)`);
  for (const [person, step] of [
    ['warehouse', `finish_stock_count('${count}', true)`],
    ['manager', `approve_stock_count('${count}')`],
    ['manager', `post_stock_count('${count}')`],
  ]) {
    await made(`(select id from tests.sign_in('${person}@acme.test'), public.${step})`);
  }
  const transfers = await Promise.all(
    [1, 2].map(() =>
      made(
        `(select id from tests.sign_in('warehouse@acme.test'), public.create_transfer(tests.depot(), tests.depot('KLF'), tests.lines('COL-300', 1)))`,
      ),
    ),
  );
  const shift = await made(`(select id from depot_shifts where status = 'open')`);
  const sender = await database.asUser('warehouse@acme.test');
  const closer = await database.asUser('manager@acme.test');
  await sender.query('begin');
  await sender.rpc('dispatch_transfer', { transfer_id: transfers[0] });
  const closing = closer.rpc('close_depot_shift', {
    depot_shift_id: shift,
    counter_ids: await counters(),
  });
  await races.untilWaiting(closer);
  await sender.query('commit');
  await closing;
  await expect(sender.rpc('dispatch_transfer', { transfer_id: transfers[1] })).rejects.toThrow(
    'depot_closed',
  );
});
