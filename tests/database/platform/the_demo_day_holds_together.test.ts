import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { repositoryRoot } from '../../../supabase/stack/paths.ts';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';
import { connect } from '../../../supabase/stack/database.ts';

let database: TestDatabase;
let admin: Session;
let day: string;

beforeAll(async () => {
  database = await cloneDatabase('demo_day');
  admin = await database.asAdmin();
  day = await readFile(join(repositoryRoot, 'seeds', '10_demo_day.sql'), 'utf8');
});

afterAll(() => database.drop());

/** As `npm start` loads it, or as somebody else would. */
async function load(embedded: 'on' | ''): Promise<void> {
  const owner = await connect(database.urlFor('postgres'));
  try {
    await owner.query('begin');
    await owner.query(`select set_config('mzigo.embedded', $1, true)`, [embedded]);
    await owner.query(day);
    await owner.query('commit');
  } finally {
    await owner.end();
  }
}

test('the demo day is refused where it does not belong', async () => {
  await expect(load('')).rejects.toThrow('demo_data_refused');
  expect(await admin.one('select count(*)::int from orders')).toEqual({ count: 0 });
});

test('the demo day shows every state that a day has, and its books agree', async () => {
  await load('on');
  const states = await admin.query<{ state: string }>(
    `select 'order ' || status as state from orders union select 'trip ' || status from trips
     union select 'invoice ' || status from invoices union select 'payment ' || status from payments
     union select 'variance ' || status from variances union select 'adjustment ' || status from manual_adjustments
     union select 'stock_count ' || status from stock_counts
     union select 'transfer ' || status from transfers
     order by 1`,
  );
  expect(states.map((row) => row.state)).toEqual([
    'adjustment pending_approval',
    'invoice paid',
    'invoice partially_paid',
    'order allocated',
    'order approved',
    'order cancelled',
    'order delivered',
    'order draft',
    'order failed',
    'order in_transit',
    'order pending_approval',
    'order rejected',
    'payment approved',
    'payment pending',
    'stock_count counted',
    'transfer dispatched',
    'transfer draft',
    'trip completed',
    'trip in_progress',
    'trip planned',
    'variance approved',
    'variance pending_review',
  ]);
  expect(
    await admin.query(
      `select i.product_id from inventory i
       left join (select warehouse_id, product_id, condition, sum(quantity) as quantity from inventory_transactions group by 1, 2, 3) t
         using (warehouse_id, product_id, condition)
       left join (select warehouse_id, product_id, 'good'::stock_condition as condition, sum(quantity) as quantity from reservations group by 1, 2) r
         using (warehouse_id, product_id, condition)
       where i.on_hand <> coalesce(t.quantity, 0) or i.reserved <> coalesce(r.quantity, 0)`,
    ),
  ).toEqual([]);
  expect(
    await admin.query(
      `select number from orders where created_by is null
       union all select number from orders where approved_by in (created_by)`,
    ),
  ).toEqual([]);
  expect(await admin.one(`select count(*)::int from pgmq.q_notifications`)).not.toEqual({
    count: 0,
  });
});
