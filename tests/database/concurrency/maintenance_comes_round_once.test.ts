import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';
import { Races, times } from './race.ts';

let database: TestDatabase;
let races: Races;
let manager: Session;
let asset: string;
let plan: string;

beforeAll(async () => {
  database = await cloneDatabase('maintained_once');
  races = await Races.open(database);
  manager = await database.asUser('manager@acme.test');
  asset = (
    await manager.rpc<{ id: string }>('create_asset', {
      name: 'Van',
      kind_id: await races.made(
        `(select id from asset_kinds where name = 'Vehicle' and tenant_id = tests.tenant('acme'))`,
      ),
      warehouse_id: await races.made('tests.depot()'),
      vehicle_id: await races.made(`tests.vehicle('KDA 101A')`),
    })
  ).id;
  plan = (
    await manager.one<{ id: string }>(
      `insert into maintenance_plans (asset_id, name, every_days, starts_on) values ($1, 'Oil', 90, '2026-11-01') returning id`,
      [asset],
    )
  ).id;
});

afterAll(() => database.drop());

const planned = () =>
  races.made(`(select id from maintenance_jobs where plan_id = '${plan}' and status = 'planned')`);
const count = (status: string) =>
  races.number(
    `(select count(*) from maintenance_jobs where plan_id = '${plan}' and status = '${status}')`,
  );

test('what several people say they have done was done once, and the next is planned once', async () => {
  const told = { maintenance_job_id: await planned() };
  expect(
    await races.at('assets', asset, times(3, ['dispatcher', 'complete_maintenance_job', told])),
  ).toEqual({ ok: 1, maintenance_job_transition_illegal: 2 });
  expect([await count('done'), await count('planned')]).toEqual([1, 1]);
});

test('what is done while another skips it has one outcome and one next job', async () => {
  const maintenance_job_id = await planned();
  const answers = await races.at('assets', asset, [
    ['dispatcher', 'complete_maintenance_job', { maintenance_job_id }],
    ['manager', 'skip_maintenance_job', { maintenance_job_id, reason: 'Hardly driven' }],
  ]);
  expect(answers).toEqual({ ok: 1, maintenance_job_transition_illegal: 1 });
  expect(await count('planned')).toBe(1);
});

test('an asset that is handed to two people has one of them', async () => {
  const to = async (person: string) => ({
    asset_id: asset,
    holder_id: await races.made(`tests.account('${person}@acme.test')`),
    expected_version: await races.number(`(select version from assets where id = '${asset}')`),
  });
  expect(
    await races.at('assets', asset, [
      ['manager', 'hand_over_asset', await to('sales')],
      ['owner', 'hand_over_asset', await to('agent')],
    ]),
  ).toEqual({ ok: 1, version_conflict: 1 });
});

test('a vehicle that is put on a trip while it goes to repair is on none, or leaves with none', async () => {
  const vehicle = await races.made(`tests.vehicle('KDA 101A')`);
  const order = await races.made(`tests.allocated('Kilimani Mini Mart', 'COL-300', 1)`);
  const dispatcher = await database.asUser('dispatcher@acme.test');
  const start = Date.now() + 5 * 86_400_000;
  const trip = await dispatcher.rpc<{ id: string }>('create_trip', {
    warehouse_id: await races.made('tests.depot()'),
    planned_start_at: new Date(start).toISOString(),
    planned_end_at: new Date(start + 8 * 3_600_000).toISOString(),
    vehicle_id: vehicle,
    driver_id: await races.made('tests.driver()'),
    order_ids: [order],
  });
  const answers = await races.at('vehicles', vehicle, [
    ['dispatcher', 'plan_trip', { trip_id: trip.id }],
    ['manager', 'repair_asset', { asset_id: asset, reason: 'Gearbox' }],
  ]);
  // Whichever came first: the repair begins, and a trip that was planned before does not leave.
  expect(answers.ok === 2 || (answers.ok === 1 && answers.vehicle_in_repair === 1)).toBe(true);
  expect(await races.made(`(select status from assets where id = '${asset}')`)).toBe('in_repair');
  await expect(
    dispatcher.rpc('change_trip', { trip_id: trip.id, vehicle_id: vehicle }),
  ).rejects.toThrow('vehicle_in_repair');
});
