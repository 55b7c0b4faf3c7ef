import type pg from 'pg';
import { connect } from '../../supabase/stack/database.ts';
import { orderStream, type Company } from './company.ts';
import type { Values, Way } from './flows.ts';
import type { Operation } from './measure.ts';

const text = (value: string) => `'${value.replaceAll("'", "''")}'`;

function literal(value: unknown): string {
  if (typeof value === 'string') return text(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const isIds = Array.isArray(value) && value.every((item) => typeof item === 'string');
  return isIds ? text(`{${value.join()}}`) : text(JSON.stringify(value));
}

/**
 * A pooled connection as an API server uses it: every request is one transaction that takes the
 * caller's role and claims, sent in one piece, so that the database and not the way to it is measured.
 */
export class SqlWay implements Way {
  readonly #client: pg.Client;
  readonly #people: Map<string, string>;

  constructor(client: pg.Client, people: Map<string, string>) {
    this.#client = client;
    this.#people = people;
  }

  async run(person: string, statement: string): Promise<Values[]> {
    const sub = this.#people.get(person);
    if (sub === undefined) throw new Error(`Nobody is called ${person}.`);
    const claims = JSON.stringify({ sub, role: 'authenticated', aud: 'authenticated' });
    try {
      const results = (await this.#client.query(
        `begin; set local role authenticated; select set_config('request.jwt.claims', ${text(claims)}, true); ${statement}; commit`,
      )) as unknown as pg.QueryResult[];
      return (results.at(-2)?.rows ?? []) as Values[];
    } catch (error) {
      await this.#client.query('rollback');
      throw error;
    }
  }

  async rpc(person: string, name: string, args: Values): Promise<string> {
    const list = Object.entries(args).map(([key, value]) => `${key} => ${literal(value)}`);
    const [row] = await this.run(person, `select r.id from public.${name}(${list.join(', ')}) r`);
    return String(row?.['id']);
  }

  ofOrder(person: string, table: string, columns: string[], order: string): Promise<Values[]> {
    return this.run(person, `select ${columns.join()} from ${table} where order_id = '${order}'`);
  }

  async close(): Promise<void> {
    await this.#client.end();
  }
}

export async function openSql(url: string, company: Company, count: number): Promise<SqlWay[]> {
  const clients = await Promise.all(Array.from({ length: count }, () => connect(url)));
  return clients.map((client) => new SqlWay(client, company.people));
}

/** The hand-written minimum: an order with its lines and its stock reserved, in one transaction. */
export function placeAtCeiling(way: SqlWay, company: Company, client: number): Operation {
  const next = orderStream(company, client);
  return () => {
    const { customer, lines } = next();
    return way.run(
      'sales',
      `select id, status from ceiling.place_order('${customer}', ${literal(lines)})`,
    );
  };
}

/** A function written by hand that leaves the same rows as create_order, in copies of its tables. */
export function placeSameRows(way: SqlWay, company: Company, client: number): Operation {
  const next = orderStream(company, client);
  return () => {
    const { customer, lines } = next();
    return way.run(
      'manager',
      `select id, status from same_rows.place_order('${customer}', '${company.depot}', ${literal(lines)})`,
    );
  };
}

/** Places one order each way and throws unless both have left as many rows in each table. */
export async function checkSameRows(
  superuserUrl: string,
  [way]: SqlWay[],
  company: Company,
): Promise<void> {
  if (!way) throw new Error('There is no connection.');
  const admin = await connect(superuserUrl);
  const counts = async () =>
    (
      await admin.query<{ name: string; ours: string; by_hand: string }>(
        'select * from same_rows.counts()',
      )
    ).rows;
  const before = await counts();
  await placeAtOnce(way, company, 0)();
  await placeSameRows(way, company, 0)();
  for (const [index, after] of (await counts()).entries()) {
    const was = before[index];
    const left = Number(after.ours) - Number(was?.ours);
    const leftByHand = Number(after.by_hand) - Number(was?.by_hand);
    if (left === 0 || left !== leftByHand) {
      throw new Error(`${after.name}: Mzigo leaves ${left} rows, the hand ${leftByHand}.`);
    }
  }
  await admin.end();
}

/** create_order with its stock reserved: one command, as the minimum is one. */
export function placeAtOnce(way: SqlWay, company: Company, client: number): Operation {
  const next = orderStream(company, client);
  return async () => {
    const { customer, lines } = next();
    const [row] = await way.run(
      'manager',
      `select o.status from public.create_order(customer_id => '${customer}', warehouse_id => '${company.depot}', lines => ${literal(lines)}, submit => true, allocate => true) o`,
    );
    if (row?.['status'] !== 'allocated') throw new Error(`Not allocated but ${row?.['status']}.`);
  };
}

/** The steps of `live`, each as another person's transaction, with the least that it could write. */
export function liveAtCeiling(way: SqlWay, company: Company, client: number): Operation {
  const next = orderStream(company, client);
  return async () => {
    const { customer, lines } = next();
    const idOf = async (person: string, call: string) =>
      String((await way.run(person, `select r.id from ceiling.${call} r`))[0]?.['id']);
    const order = await idOf('sales', `create_order('${customer}', ${literal(lines)})`);
    await way.run('sales', `select ceiling.move_order('${order}', 'draft', 'approved')`);
    await way.run('dispatcher', `select ceiling.allocate_order('${order}')`);
    const trip = await idOf('dispatcher', `create_trip('${order}')`);
    const moveTrip = (person: string, from: string, to: string) =>
      way.run(person, `select ceiling.move_trip('${trip}', '${from}', '${to}')`);
    await moveTrip('dispatcher', 'draft', 'planned');
    await moveTrip('warehouse', 'planned', 'counted');
    await moveTrip('driver1', 'counted', 'loaded');
    await way.run('dispatcher', `select ceiling.dispatch_trip('${trip}')`);
    await moveTrip('driver1', 'dispatched', 'in_progress');
    await way.run(
      'driver1',
      `select product_id, quantity from ceiling.order_lines where order_id = '${order}'`,
    );
    const invoice = await idOf('driver1', `deliver_order('${order}')`);
    await moveTrip('driver1', 'in_progress', 'offloaded');
    await moveTrip('dispatcher', 'offloaded', 'reviewed');
    await moveTrip('dispatcher', 'reviewed', 'approved');
    await moveTrip('dispatcher', 'approved', 'completed');
    await way.run('finance', `select id, total from ceiling.invoices where order_id = '${order}'`);
    await way.run('finance', `select ceiling.move_invoice('${invoice}', 'draft', 'issued')`);
    await way.run('sales', `select ceiling.record_payment('${invoice}')`);
    await way.run('finance', `select ceiling.move_invoice('${invoice}', 'issued', 'paid')`);
  };
}

/** The newest 50 orders with customer and depot, as PostgREST embeds them for the portal. */
export function list(way: SqlWay): Operation {
  return () =>
    way.run(
      'sales',
      `select o.*,
         (select jsonb_build_object('code', c.code, 'name', c.name) from public.customers c where c.tenant_id = o.tenant_id and c.id = o.customer_id) as customers,
         (select jsonb_build_object('name', w.name) from public.warehouses w where w.tenant_id = o.tenant_id and w.id = o.warehouse_id) as warehouses
       from public.orders o order by o.created_at desc, o.id desc limit 51`,
    );
}

export function listAtCeiling(way: SqlWay): Operation {
  return () =>
    way.run(
      'sales',
      `select o.*, (select jsonb_build_object('name', c.name) from ceiling.customers c where c.id = o.customer_id) as customers
       from ceiling.orders o order by o.created_at desc, o.id desc limit 51`,
    );
}
