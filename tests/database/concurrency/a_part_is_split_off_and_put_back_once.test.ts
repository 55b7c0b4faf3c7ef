import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../harness/database.ts';
import { Races, times } from './race.ts';

let database: TestDatabase;
let races: Races;

beforeAll(async () => {
  database = await cloneDatabase('parts');
  races = await Races.open(database);
});

afterAll(() => database.drop());

test('six split four of ten crates at once, and two of them find enough', async () => {
  const order_id = await races.made(`tests.allocated('Kilimani Mini Mart', 'COL-300', 10)`);
  const order_item_id = await races.made(
    `(select id from order_items where order_id = '${order_id}')`,
  );
  const split = await races.at(
    'orders',
    order_id,
    times(6, ['dispatcher', 'split_order', { order_id, items: [{ order_item_id, quantity: 4 }] }]),
  );
  expect(split).toEqual({ ok: 2, split_invalid: 4 });

  const part = await races.made(
    `(select id from orders where backorder_of_id = '${order_id}' order by number limit 1)`,
  );
  const put = await races.at(
    'orders',
    part,
    times(4, ['dispatcher', 'rejoin_order', { order_id: part }]),
  );
  expect(put).toEqual({ ok: 1, order_not_editable: 3 });
  expect(
    await races.number(
      `(select sum(i.quantity) from order_items i join orders o on o.id = i.order_id
        where '${order_id}' in (o.id, o.backorder_of_id) and o.status <> 'cancelled')`,
    ),
  ).toBe(10);
  expect(
    await races.number(
      `(select sum(r.quantity) from reservations r join order_items i on i.id = r.order_item_id where i.order_id = '${order_id}')`,
    ),
  ).toBe(6);
  expect(
    await races.number(`(select count(*) from private.rebuild_balances_of(tests.tenant('acme')))`),
  ).toBe(0);
});
