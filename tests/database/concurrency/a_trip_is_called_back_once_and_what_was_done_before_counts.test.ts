import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../harness/database.ts';
import { Races, times } from './race.ts';

let database: TestDatabase;
let races: Races;

beforeAll(async () => {
  database = await cloneDatabase('called_back');
  races = await Races.open(database);
});

afterAll(() => database.drop());

const status = (machine: string, id: string) => races.made(`tests.status('${machine}', '${id}')`);

test('a delivery and the cancelling of its trip meet: the goods are with the customer or on the van', async () => {
  const order_id = await races.made(`tests.allocated('Kilimani Mini Mart', 'COL-300', 2)`);
  const trip_id = await races.made(`tests.on_the_road(array['${order_id}']::uuid[])`);
  const items = JSON.parse(await races.made(`tests.taken('${order_id}', 2)`)) as unknown;
  const signature = await races.made('tests.signature()');
  const answers = await races.at('trips', trip_id, [
    ...times(3, ['dispatcher', 'cancel_trip', { trip_id, reason: 'Rain' }]),
    ...times(3, [
      'driver',
      'complete_delivery',
      { order_id, items, received_by: 'Tom', signature },
    ]),
  ]);
  const isDelivered = (await status('order', order_id)) === 'delivered';
  const { order_transition_illegal: again = 0, trip_was_cancelled: late = 0 } = answers;
  expect(answers['ok']).toBe(isDelivered ? 2 : 1);
  expect(answers['trip_transition_illegal']).toBe(2);
  expect([again, late]).toEqual(isDelivered ? [2, 0] : [0, 3]);
  expect(await status('trip', trip_id)).toBe('cancelled');
  expect(await races.number(`tests.stock('COL-300', tests.van())`)).toBe(isDelivered ? 0 : 2);

  // It comes home once, however many approve its count.
  const counted = isDelivered ? `'[]'` : `jsonb_build_array(tests.found('COL-300', 2))`;
  const offload_id = await races.made(
    `(select o.id from tests.sign_in('warehouse@acme.test'), public.submit_offload('${trip_id}', ${counted}) o)`,
  );
  await races.made(
    `(select o.id from tests.sign_in('manager@acme.test'), public.review_offload('${offload_id}') o)`,
  );
  expect(
    await races.at('trips', trip_id, times(4, ['manager', 'approve_offload', { offload_id }])),
  ).toEqual({ ok: 1, offload_transition_illegal: 3 });
  expect(await races.made(`(select is_on_the_road from trips where id = '${trip_id}')`)).toBe(
    'false',
  );
});

test('a late delivery that is sent several times is done once', async () => {
  const order_id = await races.made(`tests.allocated('Kilimani Mini Mart', 'COL-300', 2)`);
  const trip_id = await races.made(`tests.on_the_road(array['${order_id}']::uuid[])`);
  const items = JSON.parse(await races.made(`tests.taken('${order_id}', 2)`)) as unknown;
  const captured_at = await races.made('clock_timestamp()');
  await races.made(
    `(select t.id from tests.sign_in('dispatcher@acme.test'), public.cancel_trip('${trip_id}', 'Rain') t)`,
  );
  const signature = await races.made('tests.signature()');
  const idempotency_key = await races.made('gen_random_uuid()');
  const told = { order_id, items, received_by: 'Tom', signature, captured_at };
  expect(
    await races.at(
      'trips',
      trip_id,
      times(4, ['driver', 'complete_delivery', { ...told, idempotency_key }]),
    ),
  ).toEqual({ ok: 4 });
  expect(
    await races.at('trips', trip_id, times(2, ['dispatcher', 'complete_delivery', told])),
  ).toEqual({ order_transition_illegal: 2 });
  expect(await status('order', order_id)).toBe('delivered');
  expect(await races.number(`tests.stock('COL-300', tests.van())`)).toBe(0);
  expect(
    await races.number(
      `select count(*) from inventory_transactions where reference_id = '${order_id}' and kind = 'delivery'`,
    ),
  ).toBe(1);
});
