import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';
import { Races, times } from './race.ts';

let database: TestDatabase;
let races: Races;
let worker: Session;

beforeAll(async () => {
  database = await cloneDatabase('standing');
  races = await Races.open(database);
  worker = await database.asAdmin();
  const sales = await database.asUser('sales@acme.test');
  for (const name of ['Karen Country Kiosk', 'Westlands Wholesalers', 'Eastleigh Superstore']) {
    await sales.rpc('create_order_template', {
      customer_id: await races.made(`tests.customer('${name}')`),
      warehouse_id: await races.made('tests.depot()'),
      name: 'Every day',
      lines: JSON.parse(await races.made(`tests.lines('COL-300', 2)`)),
      weekdays: [1, 2, 3, 4, 5, 6, 7],
    });
  }
});

afterAll(() => database.drop());

test('of two workers each makes what the other does not, and a day is made once', async () => {
  const other = await database.asAdmin();
  await worker.query('begin');
  await worker.query('select private.make_standing_orders()');
  // The other one finds everything taken, waits for nothing and makes nothing.
  expect(await other.one('select private.make_standing_orders()::int as made')).toEqual({
    made: 0,
  });
  // What a worker that dies has done is undone with it; the next one does it.
  await worker.query('rollback');
  expect(await other.one('select private.make_standing_orders()::int as made')).toEqual({
    made: 3,
  });
  expect(await worker.one('select private.make_standing_orders()::int as made')).toEqual({
    made: 0,
  });
  expect(
    await races.number('(select count(*) from standing_orders where order_id is not null)'),
  ).toBe(3);
});

test('a missed day is made once, however many make it at the same moment', async () => {
  await worker.query(
    `insert into standing_orders (tenant_id, template_id, due_on, is_late, problem)
     select tenant_id, id, current_date - 9, true, 'standing_order_missed' from order_templates where customer_id = tests.customer('Karen Country Kiosk')`,
  );
  const template = await races.made(
    `(select id from order_templates where customer_id = tests.customer('Karen Country Kiosk'))`,
  );
  const missed = await races.made(`(select id from standing_orders where problem is not null)`);
  expect(
    await races.at(
      'public.order_templates',
      template,
      times(4, ['sales', 'retry_standing_order', { standing_order_id: missed }]),
    ),
  ).toEqual({ ok: 1, standing_order_done: 3 });
});
