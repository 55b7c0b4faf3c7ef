import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';
import { Races, type Attempt } from './race.ts';

let database: TestDatabase;
let races: Races;
let admin: Session;
let trip: string;
let order: string;

/** Fifteen metres from the next stop, so many seconds ago. */
const seen = (seconds: number) => ({
  happened_at: new Date(Date.now() - seconds * 1000).toISOString(),
  latitude: -1.2901,
  longitude: 36.78,
});
const told = (positions: object[]): Attempt => [
  'driver',
  'record_positions',
  { trip_id: trip, positions },
];

beforeAll(async () => {
  database = await cloneDatabase('near_once');
  races = await Races.open(database);
  admin = await database.asAdmin();
  order = await races.made(`tests.allocated('Java Corner Cafe', 'COL-300', 1)`);
  await admin.query(
    `update customer_addresses a set latitude = -1.29, longitude = 36.78 from orders o where o.id = $1 and a.id = o.address_id`,
    [order],
  );
  trip = await races.made(`tests.on_the_road(array['${order}']::uuid[])`);
  const driver = await database.asUser('driver@acme.test');
  await driver.rpc('share_position', { is_shared: true });
});

afterAll(() => database.drop());

test('of several sendings that see the van near its next stop one tells it', async () => {
  const stop = await races.made(`(select id from trip_stops where order_id = '${order}')`);
  const attempts = [1, 2, 3, 4].map((seconds) => told([seen(seconds)]));
  expect(await races.at('trip_stops', stop, attempts)).toEqual({ ok: 4 });
  expect(
    await races.number(
      `(select count(*) from event_store where event_type = 'delivery.near' and entity_id = '${order}')`,
    ),
  ).toBe(1);
});

test('positions that a phone sends several times at once are kept once', async () => {
  const before = await races.number('(select count(*) from vehicle_positions)');
  const positions = [seen(30), seen(45), seen(60)];
  const attempts = [1, 2, 3].map(() => told(positions));
  // The trip is what they refer to.
  expect(await races.at('trips', trip, attempts, 'update')).toEqual({ ok: 3 });
  expect(await races.number('(select count(*) from vehicle_positions)')).toBe(before + 3);
});
