import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../harness/database.ts';
import { type Attempt, Races } from './race.ts';

let database: TestDatabase;
let races: Races;
let van: string;
const as = (call: string) => `(select id from tests.sign_in('dispatcher@acme.test'), ${call})`;

beforeAll(async () => {
  database = await cloneDatabase('plan_moves');
  races = await Races.open(database);
  van = await races.made(`tests.vehicle('KDB 202B')`);
});

afterAll(() => database.drop());

async function drafted(): Promise<{ plan: string; orders: string[] }> {
  const orders: string[] = [];
  for (let count = 0; count < 4; count += 1) {
    orders.push(await races.made(`tests.allocated('Kilimani Mini Mart', 'COL-300', 1)`));
  }
  const plan = await races.made(
    as(
      `public.create_planning_session(tests.depot(), '2098-02-27', array['${orders.join("','")}']::uuid[], array['${van}']::uuid[])`,
    ),
  );
  return { plan, orders };
}

const moves = (plan: string, orders: string[], more: object): Attempt[] =>
  orders.map((order) => [
    'dispatcher',
    'move_stops',
    { planning_session_id: plan, order_ids: [order], vehicle_id: van, sequence: 1, ...more },
  ]);

const sequences = (plan: string) =>
  races.made(
    `(select array_agg(o.sequence order by o.sequence) from public.planning_orders o where o.planning_session_id = '${plan}' and o.vehicle_id is not null)`,
  );

test('of several who move stops of the plan that they see one does, and the others look again', async () => {
  const { plan, orders } = await drafted();
  const answers = await races.at(
    'planning_sessions',
    plan,
    moves(plan, orders, { expected_version: 1 }),
  );
  expect(answers).toEqual({ ok: 1, version_conflict: 3 });
  expect(await sequences(plan)).toBe('{1}');
});

test('moves that do not ask what the plan was happen one after the other, and none is lost', async () => {
  const { plan, orders } = await drafted();
  expect(await races.at('planning_sessions', plan, moves(plan, orders, {}))).toEqual({ ok: 4 });
  expect(await sequences(plan)).toBe('{1,2,3,4}');
  expect(
    await races.number(
      `(select count(*) from public.planning_changes c where c.planning_session_id = '${plan}')`,
    ),
  ).toBe(4);
});
