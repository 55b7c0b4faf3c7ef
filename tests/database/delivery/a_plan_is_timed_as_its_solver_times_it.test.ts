import { afterAll, beforeAll, expect, test } from 'vitest';
import { Random } from '../../../solver/random.ts';
import { solve, type VroomInput, type VroomSolution } from '../../../solver/mod.ts';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';
import { Races } from '../concurrency/race.ts';

let database: TestDatabase;
let admin: Session;
let plan: string;
const orders: string[] = [];
const as = (call: string) => `(select id from tests.sign_in('dispatcher@acme.test'), ${call})`;
const id = async (expression: string) =>
  (await admin.one<{ id: string }>(`select ${expression} as id`)).id;

type Stop = {
  place: number;
  van: number;
  sequence: number;
  begins: number;
  late: number;
};

const stops = () =>
  admin.query<Stop>(
    `select o.place, v.place as van, o.sequence, extract(epoch from o.arrival_at)::float8 as begins, o.late_seconds as late
     from public.planning_orders o join public.planning_vehicles v on v.planning_session_id = o.planning_session_id and v.vehicle_id = o.vehicle_id
     where o.planning_session_id = $1 order by v.place, o.sequence`,
    [plan],
  );

/** Has the solver share out the orders, through the same functions as its worker. */
async function planned(seed: number): Promise<VroomSolution> {
  await id(as(`public.start_optimization_planning_session('${plan}')`));
  await admin.query(`select tests.sign_out()`);
  const { run, input } = await admin.one<{ run: string; input: VroomInput }>(
    `select r.id as run, r.input from public.planning_runs r join public.planning_sessions s on s.run_id = r.id where s.id = $1`,
    [plan],
  );
  const output = await solve(input, { iterations: 300, seed });
  await admin.query(
    `select private.record_planning_result(r.tenant_id, r.id, $2, 'test', 1) from public.planning_runs r where r.id = $1`,
    [run, JSON.stringify(output)],
  );
  return output;
}

/** Where an answer has each job: van, sequence and when the service begins. */
const stopsOf = (solution: VroomSolution) =>
  solution.routes.flatMap(({ vehicle, steps }) =>
    steps
      .filter(({ type }) => type === 'job')
      .map((step, index) => ({
        place: step.id!,
        van: vehicle,
        sequence: index + 1,
        begins: step.arrival + step.waiting_time,
        late: 0,
      })),
  );

beforeAll(async () => {
  database = await cloneDatabase('plan_times');
  await Races.open(database);
  admin = await database.asAdmin();
  const shops = [
    'Kilimani Mini Mart',
    'Westlands Wholesalers',
    'Java Corner Cafe',
    'Eastleigh Superstore',
  ];
  for (const shop of [...shops, ...shops]) {
    orders.push(await id(`tests.allocated('${shop}', 'COL-300', 1)`));
  }
  // Places of their own, some with hours.
  const random = new Random(7);
  for (const [index, order] of orders.entries()) {
    const opens = 8 + Math.floor(random.unit() * 6);
    await admin.query(
      `with a as (
         insert into public.customer_addresses (tenant_id, customer_id, label, street, city, latitude, longitude, window_start, window_end)
         select o.tenant_id, o.customer_id, 'Place ' || $1, 'Street', 'Nairobi', $3, $4, $5, $6 from public.orders o where o.id = $2 returning *)
       update public.orders o set address_id = a.id from a where o.id = $2`,
      [
        String(index),
        order,
        -1.2 - random.unit() * 0.15,
        36.7 + random.unit() * 0.2,
        index % 2 ? `${opens}:00` : null,
        index % 2 ? `${opens + 2}:00` : null,
      ],
    );
  }
  plan = await id(
    as(
      `public.create_planning_session(tests.depot(), current_date + 3, array['${orders.join("','")}']::uuid[],
       array[tests.vehicle('KDA 101A'), tests.vehicle('KDB 202B')], max_stops => 5, break_minutes => 45)`,
    ),
  );
});

afterAll(() => database.drop());

test('the database works out the moments and the cost that the solver answered, rests and hours included', async () => {
  const output = await planned(1);
  expect(output.unassigned).toEqual([]);
  expect(await stops()).toEqual(
    stopsOf(output).sort((a, b) => a.van - b.van || a.sequence - b.sequence),
  );
  const vans = await admin.query<{
    van: number;
    cost: number;
    metres: number;
    starts: number;
    ends: number;
  }>(
    `select place as van, cost::float8, metres, extract(epoch from starts_at)::float8 as starts, extract(epoch from ends_at)::float8 as ends
     from public.planning_vehicles where planning_session_id = $1 and starts_at is not null order by place`,
    [plan],
  );
  expect(vans).toEqual(
    output.routes
      .map(({ vehicle, cost, distance, steps }) => ({
        van: vehicle,
        cost,
        metres: distance,
        starts: steps[0]!.arrival,
        ends: steps.at(-1)!.arrival,
      }))
      .sort((a, b) => a.van - b.van),
  );
});

test('two locked stops keep their van, their order and their time while the rest is shared out anew', async () => {
  const before = await stops();
  const locked = before.filter(({ van }) => van === before[0]!.van).slice(1, 3);
  const ids = await admin.query<{ id: string }>(
    `select order_id as id from public.planning_orders where planning_session_id = $1 and place = any ($2)`,
    [plan, locked.map(({ place }) => place)],
  );
  await id(
    as(`public.lock_stops('${plan}', array['${ids.map((row) => row.id).join("','")}']::uuid[])`),
  );
  for (const seed of [2, 3, 4]) {
    await planned(seed);
    const after = await stops();
    expect(after).toHaveLength(orders.length);
    const kept = locked.map(({ place }) => after.find((stop) => stop.place === place)!);
    expect(kept.map(({ van }) => van)).toEqual(locked.map(({ van }) => van));
    expect(kept[0]!.sequence).toBeLessThan(kept[1]!.sequence);
  }
});
