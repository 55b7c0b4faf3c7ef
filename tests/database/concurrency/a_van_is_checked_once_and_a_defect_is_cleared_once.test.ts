import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../harness/database.ts';
import { Races, times } from './race.ts';

let database: TestDatabase;
let races: Races;
let trip: string;

beforeAll(async () => {
  database = await cloneDatabase('van_checked_once');
  races = await Races.open(database);
  const order = await races.made(`tests.allocated('Kilimani Mini Mart', 'COL-300', 1)`);
  trip = await races.made(`tests.loaded(array['${order}'::uuid])`);
});

afterAll(() => database.drop());

/** Every item is in order but the brakes. */
async function found(): Promise<object[]> {
  const driver = await database.asUser('driver@acme.test');
  const items = await driver.query<{ id: string; name: string }>(
    'select id, name from vehicle_check_items where is_active',
  );
  return items.map(({ id, name }) =>
    name === 'Brakes'
      ? { item_id: id, is_in_order: false, note: 'They pull to the left' }
      : { item_id: id, is_in_order: true },
  );
}

const open = () =>
  races.number(
    `(select count(*) from vehicle_checks where trip_id = '${trip}' and keeps_vehicle_here)`,
  );

test('of checks of one van for one trip told at once one counts, and the van leaves before or after it', async () => {
  const told = { trip_id: trip, results: await found() };
  const answers = await races.at('trips', trip, [
    ...times(3, ['driver', 'check_vehicle', told]),
    ['dispatcher', 'dispatch_trip', { trip_id: trip }],
  ]);
  expect(answers['vehicle_checked_already']).toBe(2);
  const left = await races.number(
    `(select count(*) from trips where id = '${trip}' and status = 'dispatched')`,
  );
  expect(answers['ok']).toBe(1 + left);
  expect(await open()).toBe(1);
  const driver = await database.asUser('driver@acme.test');
  await expect(driver.rpc('start_trip', { trip_id: trip })).rejects.toMatchObject({
    message: left === 1 ? 'vehicle_not_in_order' : 'trip_transition_illegal',
  });
});

test('a defect is cleared once', async () => {
  const defect = await races.made(
    `(select id from vehicle_checks where trip_id = '${trip}' and keeps_vehicle_here)`,
  );
  const told = { defect_id: defect, note: 'New pads' };
  expect(
    await races.at('vehicle_checks', defect, [
      ...times(2, ['dispatcher', 'clear_defect', told]),
      ['manager', 'clear_defect', told],
    ]),
  ).toEqual({ ok: 1, defect_cleared_already: 2 });
  expect(await open()).toBe(0);
});
