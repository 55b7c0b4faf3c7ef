import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';
import { meet, type Deed } from './meet.ts';

const BOX = (west: number, east: number) => ({
  type: 'Polygon',
  coordinates: [
    [
      [west, -1],
      [east, -1],
      [east, 0],
      [west, 0],
      [west, -1],
    ],
  ],
});

let database: TestDatabase;
let manager: Session;
let owner: Session;
let territory: string;
let shop: { id: string; address: string };

beforeAll(async () => {
  database = await cloneDatabase('borders');
  manager = await database.asUser('manager@acme.test');
  owner = await database.asUser('owner@acme.test');
  ({ id: territory } = await manager.one<{ id: string }>(
    `insert into territories (code, name, area) values ('GAR', 'Garissa', $1) returning id`,
    [JSON.stringify(BOX(39, 40))],
  ));
  const { id } = await manager.one<{ id: string }>(
    `insert into customers (name) values ('Shop') returning id`,
  );
  const address = await manager.one<{ id: string }>(
    `insert into customer_addresses (customer_id, label, street, city, latitude, longitude, is_default)
     values ($1, 'Shop', 'Road 1', 'Garissa', -0.5, 41, true) returning id`,
    [id],
  );
  shop = { id, address: address.id };
});
afterAll(() => database.drop());

const redraw = (session: Session, east: number): Deed => [
  session,
  `update territories set area = $2 where id = $1`,
  [territory, JSON.stringify(BOX(39, east))],
];
const moveTo = (session: Session, longitude: number): Deed => [
  session,
  `update customer_addresses set longitude = $2 where id = $1`,
  [shop.address, longitude],
];
const letTheMapDecide = (session: Session): Deed => [
  session,
  `update customers set territory_id = null where id = $1`,
  [shop.id],
];

async function isWhereTheMapSays(): Promise<boolean> {
  const admin = await database.asAdmin();
  const { agrees } = await admin.one<{ agrees: boolean }>(
    `select c.territory_id is not distinct from private.map_answer(c.tenant_id, c.id) as agrees
     from customers c where c.id = $1 and not c.territory_chosen`,
    [shop.id],
  );
  return agrees;
}

test('a customer who moves while borders are drawn lies where the new ones say', async () => {
  expect(await meet(database, redraw(manager, 42), moveTo(owner, 41.5))).toBe('ok');
  expect(await isWhereTheMapSays()).toBe(true);
});

test('borders that are drawn while a customer moves count for where he then is', async () => {
  expect(await meet(database, moveTo(manager, 43), redraw(owner, 44))).toBe('ok');
  expect(await isWhereTheMapSays()).toBe(true);
});

test('a territory that is given back to the map while borders are drawn is that of the new ones', async () => {
  await manager.query(
    `update customers set territory_id = (select id from territories where code = 'NBO') where id = $1`,
    [shop.id],
  );
  expect(await meet(database, redraw(manager, 42), letTheMapDecide(owner))).toBe('ok');
  expect(await isWhereTheMapSays()).toBe(true);
  await manager.query(
    `update customers set territory_id = (select id from territories where code = 'NBO') where id = $1`,
    [shop.id],
  );
  expect(await meet(database, letTheMapDecide(owner), redraw(manager, 44))).toBe('ok');
  expect(await isWhereTheMapSays()).toBe(true);
});

test('who draws borders and who writes customers do not lock each other out', async () => {
  const [first = '', second = ''] = (
    await manager.query<{ id: string }>(
      `insert into customers (name) values ('First'), ('Second') returning id`,
    )
  ).map(({ id }) => id);
  await manager.query(
    `insert into customer_addresses (customer_id, label, street, city, latitude, longitude, is_default)
     select id, 'Shop', 'Road 1', 'Garissa', -0.5, 39.5, true from customers where id in ($1, $2)`,
    [first, second],
  );
  const admin = await database.asAdmin();
  const waits = async (session: Session) => {
    const { pid } = await session.one<{ pid: number }>('select pg_backend_pid() as pid');
    return async () => {
      while (
        (
          await admin.query(
            `select from pg_stat_activity where pid = $1 and wait_event_type = 'Lock'`,
            [pid],
          )
        ).length === 0
      );
    };
  };
  const clerk = await database.asUser('manager@acme.test');
  const [drawerWaits, clerkWaits] = [await waits(owner), await waits(clerk)];

  // Somebody has the first customer in hand, so that the borders are locked and wait for him.
  await manager.query('begin');
  await manager.query(`update customers set notes = 'in hand' where id = $1`, [first]);
  const drawn = owner.query(...(redraw(owner, 45).slice(1) as [string, unknown[]]));
  await drawerWaits();
  const given = clerk.query(`update customers set territory_id = null where id = $1`, [second]);
  await clerkWaits();
  await manager.query('commit');
  await expect(Promise.all([drawn, given])).resolves.toHaveLength(2);
});
