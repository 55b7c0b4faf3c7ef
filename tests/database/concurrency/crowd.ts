import { randomUUID } from 'node:crypto';
import type { Session, TestDatabase } from '../../harness/database.ts';

/** The rows of `insert … returning id` and of commands, as far as these tests look at them. */
export interface Row {
  [column: string]: unknown;
  id: string;
  status: string;
  number: string;
  version: number;
}

/** As many connections as wanted, the people in turn. */
export async function crowd(
  database: TestDatabase,
  people: string[],
  size: number,
): Promise<Session[]> {
  const sessions: Session[] = [];
  for (let index = 0; index < size; index += 1) {
    sessions.push(await database.asUser(people[index % people.length] ?? ''));
  }
  return sessions;
}

/** Every job done by whichever connection is free; how often each answer came: `ok` or the error's key. */
export async function share<Job>(
  sessions: Session[],
  jobs: Job[],
  work: (session: Session, job: Job) => Promise<unknown>,
): Promise<Record<string, number>> {
  const answers: Record<string, number> = {};
  const waiting = [...jobs];
  await Promise.all(
    sessions.map(async (session) => {
      for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
        const answer = await work(session, job).then(
          () => 'ok',
          (error: unknown) => (error instanceof Error ? error.message : String(error)),
        );
        answers[answer] = (answers[answer] ?? 0) + 1;
      }
    }),
  );
  return answers;
}

/** All connections at the same moment. */
export function together(
  sessions: Session[],
  work: (session: Session, index: number) => Promise<unknown>,
): Promise<Record<string, number>> {
  const turns = new Map(sessions.map((session, index) => [session, index]));
  return share(sessions, [...turns.values()], (session) => work(session, turns.get(session) ?? 0));
}

/** Ids of Acme's things by the names they have in the demo. */
export class Acme {
  readonly #admin: Session;

  constructor(admin: Session) {
    this.#admin = admin;
  }

  async #id(from: string, value: string): Promise<string> {
    const tenant = `(select id from tenants where slug = 'acme')`;
    return (
      await this.#admin.one<Row>(`select id from ${from} = $1 and tenant_id = ${tenant}`, [value])
    ).id;
  }

  customer(name: string): Promise<string> {
    return this.#id('customers where name', name);
  }

  product(sku: string): Promise<string> {
    return this.#id('products where sku', sku);
  }

  depot(): Promise<string> {
    return this.#id('warehouses where code', 'NBO');
  }

  /** Orders that fit are approved as they are submitted. */
  async approveAtOnce(): Promise<void> {
    await this.#admin.query(
      `update tenant_settings set business_rules = '{"orders.auto_approve": true, "orders.amend_tolerance_percent": 10}'
       where tenant_id = (select id from tenants where slug = 'acme')`,
    );
  }
}

/** A van and a driver of their own for a trip, entered by the superuser. */
export async function crew(admin: Session, registration: string) {
  const vehicle = await admin.one<Row>(
    `insert into vehicles (tenant_id, registration, name, home_warehouse_id, location_id, capacity_kg, capacity_l, capacity_units)
     select w.tenant_id, $1, $1, w.id, null, 90000, 90000, 90000
     from warehouses w join tenants t on t.id = w.tenant_id where t.slug = 'acme' and w.code = 'NBO' returning id`,
    [registration],
  );
  const email = `${randomUUID()}@example.test`;
  await admin.query(`select private.create_account($1, 'mzigo-demo-2026', $2)`, [
    email,
    `Driver of ${registration}`,
  ]);
  const driver = await admin.one<Row>(
    `with colleague as (
       insert into memberships (tenant_id, user_id, role)
       select t.id, u.id, 'driver' from tenants t, users u where t.slug = 'acme' and u.email = $1 returning id, tenant_id
     )
     insert into drivers (tenant_id, membership_id, name) select tenant_id, id, $2 from colleague returning id`,
    [email, `Driver of ${registration}`],
  );
  return { vehicle_id: vehicle.id, driver_id: driver.id };
}

/** A planned trip whose load both sides have confirmed. */
export async function loadedTrip(
  admin: Session,
  dispatcher: Session,
  warehouse: string,
  orders: string[],
): Promise<string> {
  const trip = await dispatcher.rpc<Row>('create_trip', {
    warehouse_id: warehouse,
    planned_start_at: '2026-12-01T05:00:00Z',
    planned_end_at: '2026-12-01T15:00:00Z',
    order_ids: orders,
    ...(await crew(admin, `T-${randomUUID().slice(0, 8)}`)),
  });
  await dispatcher.rpc('plan_trip', { trip_id: trip.id });
  await admin.query(
    `update loads set depot_confirmed_by = $2, depot_confirmed_at = now(), driver_confirmed_by = $3, driver_confirmed_at = now()
     where trip_id = $1`,
    [trip.id, randomUUID(), randomUUID()],
  );
  return trip.id;
}
