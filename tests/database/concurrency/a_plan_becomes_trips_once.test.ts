import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../harness/database.ts';
import { Races, times } from './race.ts';

let database: TestDatabase;
let races: Races;
const as = (call: string) => `(select id from tests.sign_in('dispatcher@acme.test'), ${call})`;

beforeAll(async () => {
  database = await cloneDatabase('plan_once');
  races = await Races.open(database);
});

afterAll(() => database.drop());

/** A plan of one order on one van, which the solver has answered. */
async function answered(order: string): Promise<string> {
  const plan = await races.made(
    as(
      `public.create_planning_session(tests.depot(), '2198-02-27', array['${order}']::uuid[], array[tests.vehicle('KDB 202B')])`,
    ),
  );
  await races.made(as(`public.start_optimization_planning_session('${plan}')`));
  const admin = await database.asAdmin();
  await admin.query(
    `select private.record_planning_result(p.tenant_id, p.run_id, $2, 'test', 1) from public.planning_sessions p where p.id = $1`,
    [
      plan,
      JSON.stringify({
        code: 0,
        summary: { cost: 1 },
        unassigned: [],
        routes: [
          {
            vehicle: 1,
            steps: [
              { type: 'start', arrival: 7200000000 },
              { type: 'job', id: 1, arrival: 7200001000, waiting_time: 0 },
              { type: 'end', arrival: 7200002000 },
            ],
          },
        ],
      }),
    ],
  );
  return plan;
}

const order = () => races.made(`tests.allocated('Kilimani Mini Mart', 'COL-300', 1)`);
const tripsOf = (plan: string) =>
  races.number(`(select count(*) from public.trips t where t.planning_session_id = '${plan}')`);

test('of many who apply a plan at once one makes the trips', async () => {
  const planning_session_id = await answered(await order());
  const answers = await races.at(
    'planning_sessions',
    planning_session_id,
    times(6, ['dispatcher', 'apply_planning_session', { planning_session_id }]),
  );
  expect(answers).toEqual({ ok: 1, planning_session_transition_illegal: 5 });
  expect(await tripsOf(planning_session_id)).toBe(1);
});

test('of two plans with the same order one is applied', async () => {
  const shared = await order();
  const plans = [await answered(shared), await answered(shared)];
  const answers = await races.at(
    'orders',
    shared,
    plans.map((planning_session_id) => [
      'dispatcher',
      'apply_planning_session',
      { planning_session_id },
    ]),
  );
  expect(answers).toEqual({ ok: 1, orders_not_assignable: 1 });
  const made = await Promise.all(plans.map(tripsOf));
  expect(made.sort()).toEqual([0, 1]);
});
