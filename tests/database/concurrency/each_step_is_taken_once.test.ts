import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../harness/database.ts';
import { Races, times, type Attempt } from './race.ts';

let database: TestDatabase;
let races: Races;
const made = (expression: string) => races.made(expression);
const number = (expression: string) => races.number(expression);

beforeAll(async () => {
  database = await cloneDatabase('steps');
  races = await Races.open(database);
});

afterAll(() => database.drop());

const allocated = `tests.allocated('Kilimani Mini Mart', 'COL-300', 10)`;

test('a trip is planned, counted, sent, driven, counted and closed once each', async () => {
  const [sold, refused] = [await made(allocated), await made(allocated)];
  const trip = await made(
    `(select t.id from tests.sign_in('dispatcher@acme.test'), public.create_trip(tests.depot(), now() + interval '1 hour', now() + interval '9 hours',
       tests.vehicle('KDA 101A'), tests.driver(), array['${sold}', '${refused}']::uuid[]) t)`,
  );
  const seen: Record<string, unknown> = {};
  const atTrip = async (name: string, attempts: Attempt[]) => {
    seen[name] = await races.at('trips', trip, attempts);
  };
  const only = (error: string) => ({ ok: 1, [error]: 5 });
  const trip_id = trip;
  const stock = (where: string) => number(`tests.stock('COL-300', ${where})`);

  await atTrip('plan', times(6, ['dispatcher', 'plan_trip', { trip_id }]));
  const counts: unknown = JSON.parse(await made(`tests.counts('${trip}')`));
  await atTrip('count', [
    ...times(3, ['warehouse', 'confirm_load', { trip_id, counts }]),
    ...times(3, ['driver', 'confirm_load', { trip_id, counts }]),
  ]);
  const depot = await stock('tests.depot()');
  await atTrip('dispatch', times(6, ['dispatcher', 'dispatch_trip', { trip_id }]));
  seen['moved'] = [depot - (await stock('tests.depot()')), await stock('tests.van()')];
  seen['fulfilments'] = await number(`select count(*) from fulfilments where trip_id = '${trip}'`);
  await atTrip('start', times(6, ['driver', 'start_trip', { trip_id }]));
  await atTrip('arrive', times(6, ['driver', 'arrive_at_stop', { order_id: sold }]));
  seen['arrivals'] = await number(
    `select count(*) from audit_logs where table_name = 'trip_stops' and new_values ->> 'status' = 'arrived'`,
  );

  const crate = await made(`tests.product('EMP-CRATE24')`);
  const item = await made(`(select id from order_items where order_id = '${sold}')`);
  const delivery = {
    order_id: sold,
    items: [{ order_item_id: item, delivered: 9, refused_reason: 'Leaking' }],
    received_by: 'Tom Odhiambo',
    signature: 'data:image/png;base64,iVBORw0KGgo=',
    empties: [{ product_id: crate, quantity: 4 }],
    payment: { method: 'cash', amount: 500 },
  };
  await atTrip('deliver', times(6, ['driver', 'complete_delivery', delivery]));
  seen['delivered'] = await number(
    `select 1000 * (select count(*) from invoices where order_id = '${sold}') + 100 * (select count(*) from payments where order_id = '${sold}')
       + 10 * (select count(*) from delivery_proofs where order_id = '${sold}') + tests.stock('COL-300', tests.van()) - 11`,
  );
  const other = { order_id: refused, reason: 'The shop is closed' };
  const rest = await made(`(select id from order_items where order_id = '${refused}')`);
  await atTrip('fail', [
    ...times(3, ['driver', 'fail_delivery', other]),
    ...times(3, ['dispatcher', 'fail_delivery', other]),
  ]);
  seen['late delivery'] = await races.at('trips', trip, [
    [
      'driver',
      'complete_delivery',
      {
        ...delivery,
        order_id: refused,
        items: [{ order_item_id: rest, delivered: 10 }],
        empties: [],
      },
    ],
  ]);
  seen['again'] = await races.at(
    'orders',
    refused,
    times(6, ['sales', 'reattempt_order', { order_id: refused }]),
  );
  seen['reattempts'] = await number(
    `select count(*) from orders where reattempt_of_id = '${refused}'`,
  );

  // Eleven bottles came back, ten are counted.
  const product_id = await made(`tests.product('COL-300')`);
  const items = [
    { product_id, counted: 10 },
    { product_id: crate, counted: 4 },
  ];
  await atTrip('offload', times(6, ['driver', 'submit_offload', { trip_id, items }]));
  const offload_id = await made(`(select id from offload_documents where trip_id = '${trip}')`);
  const variance_id = await made(`(select id from variances where offload_id = '${offload_id}')`);
  seen['variances'] = await number(
    `select count(*) from variances where offload_id = '${offload_id}'`,
  );
  await atTrip('review', times(6, ['manager', 'review_offload', { offload_id }]));
  seen['decide'] = await races.at(
    'variances',
    variance_id,
    times(6, ['finance', 'approve_variance', { variance_id, code: 'lost' }]),
  );
  await atTrip('approve', times(6, ['manager', 'approve_offload', { offload_id }]));
  seen['home'] = [depot - (await stock('tests.depot()')), await stock('tests.van()')];
  await atTrip('settle', times(6, ['driver', 'submit_settlement', { trip_id, handed_in: 500 }]));
  const settlement_id = await made(`(select id from settlements where trip_id = '${trip}')`);
  seen['cash'] = await races.at(
    'settlements',
    settlement_id,
    times(6, ['finance', 'approve_settlement', { settlement_id, counted: 490 }]),
  );
  seen['missing'] = await number(
    `(select sum(value) from variances where trip_id = '${trip}' and kind = 'cash')`,
  );
  await atTrip('complete', times(6, ['dispatcher', 'complete_trip', { trip_id }]));

  expect(seen).toEqual({
    plan: only('trip_transition_illegal'),
    count: { ok: 6 },
    dispatch: only('trip_transition_illegal'),
    moved: [20, 20],
    fulfilments: 2,
    start: only('trip_transition_illegal'),
    // What a phone sends twice is answered and done once.
    arrive: { ok: 6 },
    arrivals: 1,
    deliver: only('order_transition_illegal'),
    delivered: 1110,
    fail: only('order_transition_illegal'),
    'late delivery': { order_transition_illegal: 1 },
    again: only('order_transition_illegal'),
    reattempts: 1,
    offload: only('offload_exists'),
    variances: 1,
    review: only('offload_transition_illegal'),
    decide: only('variance_transition_illegal'),
    approve: only('offload_transition_illegal'),
    home: [10, 0],
    settle: { ok: 1, settlement_exists: 5 },
    cash: only('settlement_transition_illegal'),
    missing: -10,
    complete: only('trip_transition_illegal'),
  });
});

test('a trip that is given up as it leaves is called back with its goods, or never left', async () => {
  const order = await made(allocated);
  const trip_id = await made(`tests.loaded(array['${order}']::uuid[])`);
  const answers = await races.at('trips', trip_id, [
    ...times(3, ['dispatcher', 'dispatch_trip', { trip_id }]),
    ...times(3, ['dispatcher', 'cancel_trip', { trip_id, reason: 'Rain' }]),
  ]);
  const isSent =
    (await made(`(select dispatched_at is not null from trips where id = '${trip_id}')`)) ===
    'true';
  expect(answers).toEqual(
    isSent ? { ok: 2, trip_transition_illegal: 4 } : { ok: 1, trip_transition_illegal: 5 },
  );
  expect(await made(`tests.status('trip', '${trip_id}')`)).toBe('cancelled');
  expect(await number(`tests.stock('COL-300', tests.van())`)).toBe(isSent ? 10 : 0);
  expect(await number(`select count(*) from trip_stops where order_id = '${order}'`)).toBe(
    isSent ? 1 : 0,
  );
});

test('a difference and a customer are decided one way', async () => {
  const trip_id = await made(
    `(select t.id from tests.sign_in('dispatcher@acme.test'), public.create_trip(tests.depot(), now() + interval '1 hour', now() + interval '9 hours') t)`,
  );
  const variance_id = await made(
    `(select v.id from tests.sign_in('warehouse@acme.test'), public.report_variance('${trip_id}', tests.product('COL-300'), 2, 1, 'One is broken') v)`,
  );
  const difference = await races.at('variances', variance_id, [
    ...times(3, ['finance', 'approve_variance', { variance_id, code: 'damaged' }]),
    ...times(3, ['manager', 'reject_variance', { variance_id, note: 'Count again' }]),
  ]);
  expect(difference).toEqual({ ok: 1, variance_transition_illegal: 5 });

  const seller = await database.asUser('sales@acme.test');
  const { id: customer_id } = await seller.one<{ id: string }>(
    `insert into customers (name) values ('Duka') returning id`,
  );
  await seller.query(
    `insert into customer_addresses (customer_id, label, street, city) values ($1, 'Shop', 'Ngong Road 1', 'Nairobi')`,
    [customer_id],
  );
  await seller.rpc('submit_customer', { customer_id });
  const customer = await races.at('customers', customer_id, [
    ...times(3, ['manager', 'approve_customer', { customer_id }]),
    ...times(3, ['admin', 'reject_customer', { customer_id, reason: 'Unknown' }]),
  ]);
  expect(customer).toEqual({ ok: 1, customer_transition_illegal: 5 });
  expect(
    await number(`select count(*) from transition_executions where entity_id = '${customer_id}'`),
  ).toBe(2);
});
