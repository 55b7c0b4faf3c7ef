import type pg from 'pg';
import { connect } from '../../supabase/stack/database.ts';
import { orderStream, type Company, type Line } from './company.ts';
import type { Operation } from './measure.ts';

const SIGNATURE = 'data:image/png;base64,iVBORw0KGgo=';

const text = (value: string) => `'${value.replaceAll("'", "''")}'`;
const json = (value: unknown) => `${text(JSON.stringify(value))}::jsonb`;

/**
 * A pooled connection as an API server uses it: every request is one transaction that takes the
 * caller's role and claims, sent in one piece, so that the database and not the way to it is measured.
 */
class Caller {
  readonly #client: pg.Client;
  readonly #people: Map<string, string>;

  constructor(client: pg.Client, people: Map<string, string>) {
    this.#client = client;
    this.#people = people;
  }

  async run<Row>(person: string, statement: string): Promise<Row[]> {
    const sub = this.#people.get(person);
    if (sub === undefined) throw new Error(`Nobody is called ${person}`);
    const claims = JSON.stringify({ sub, role: 'authenticated', aud: 'authenticated' });
    try {
      const results = (await this.#client.query(
        `begin; set local role authenticated; select set_config('request.jwt.claims', ${text(claims)}, true); ${statement}; commit`,
      )) as unknown as pg.QueryResult[];
      return (results.at(-2)?.rows ?? []) as Row[];
    } catch (error) {
      await this.#client.query('rollback');
      throw error;
    }
  }

  /** Calls a function of `public` and returns the id of the row that it answers. */
  async rpc(person: string, name: string, args: string): Promise<string> {
    const [row] = await this.run<{ id: string }>(
      person,
      `select r.id from public.${name}(${args}) r`,
    );
    return row?.id ?? '';
  }

  async close(): Promise<void> {
    await this.#client.end();
  }
}

export class SqlBench {
  readonly #company: Company;
  readonly #callers: Caller[];

  constructor(company: Company, callers: Caller[]) {
    this.#company = company;
    this.#callers = callers;
  }

  static async open(url: string, company: Company, connections: number): Promise<SqlBench> {
    const clients = await Promise.all(Array.from({ length: connections }, () => connect(url)));
    return new SqlBench(
      company,
      clients.map((client) => new Caller(client, company.people)),
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.#callers.map((caller) => caller.close()));
  }

  #each(clients: number, make: (caller: Caller, index: number) => Operation): Operation[] {
    return this.#callers.slice(0, clients).map(make);
  }

  #create(customer: string, lines: Line[], submit: boolean): string {
    return `customer_id => '${customer}', warehouse_id => '${this.#company.depot}', lines => ${json(lines)}, submit => ${submit}`;
  }

  /** The hand-written minimum: an order with its lines and its stock reserved, in one transaction. */
  placeAtCeiling(clients: number): Operation[] {
    return this.#each(clients, (caller, index) => {
      const next = orderStream(this.#company, index);
      return () => {
        const { customer, lines } = next();
        return caller.run(
          'sales',
          `select id, status from ceiling.place_order('${customer}', ${json(lines)})`,
        );
      };
    });
  }

  /** create_order, approved by the company's rule, and allocate_order, in one transaction. */
  place(clients: number): Operation[] {
    return this.#each(clients, (caller, index) => {
      const next = orderStream(this.#company, index);
      return async () => {
        const { customer, lines } = next();
        const [row] = await caller.run<{ status: string }>(
          'manager',
          `select a.status from public.create_order(${this.#create(customer, lines, true)}) o cross join lateral public.allocate_order(order_id => o.id) a`,
        );
        if (row?.status !== 'allocated') throw new Error(`Not allocated but ${row?.status}`);
      };
    });
  }

  /** The same as two requests. */
  placeInTwoSteps(clients: number): Operation[] {
    return this.#each(clients, (caller, index) => {
      const next = orderStream(this.#company, index);
      return async () => {
        const { customer, lines } = next();
        const id = await caller.rpc('manager', 'create_order', this.#create(customer, lines, true));
        await caller.rpc('manager', 'allocate_order', `order_id => '${id}'`);
      };
    });
  }

  /** Placed, shipped, delivered with an invoice, paid: four transactions at least. */
  liveAtCeiling(clients: number): Operation[] {
    return this.#each(clients, (caller, index) => {
      const next = orderStream(this.#company, index);
      return async () => {
        const { customer, lines } = next();
        const [order] = await caller.run<{ id: string }>(
          'sales',
          `select id from ceiling.place_order('${customer}', ${json(lines)})`,
        );
        await caller.run('dispatcher', `select ceiling.ship_order('${order?.id}')`);
        const [invoice] = await caller.run<{ id: string }>(
          'dispatcher',
          `select id from ceiling.deliver_order('${order?.id}')`,
        );
        await caller.run('finance', `select ceiling.pay_invoice('${invoice?.id}')`);
      };
    });
  }

  /** Everything from draft to paid, each step by whoever may take it, on a trip of its own. */
  live(clients: number): Operation[] {
    return this.#each(clients, (caller, index) => {
      const next = orderStream(this.#company, index);
      const van = this.#company.vans[index];
      if (!van) throw new Error(`There is no van for client ${index}`);
      return async () => {
        const { customer, lines } = next();
        const order = await caller.rpc(
          'sales',
          'create_order',
          this.#create(customer, lines, false),
        );
        const orderArgument = `order_id => '${order}'`;
        // The bench company's rule approves small orders when they are submitted.
        await caller.rpc('sales', 'submit_order', orderArgument);
        await caller.rpc('dispatcher', 'allocate_order', orderArgument);
        const trip = await caller.rpc(
          'dispatcher',
          'create_trip',
          `warehouse_id => '${this.#company.depot}', planned_start_at => now(), planned_end_at => now() + interval '8 hours', vehicle_id => '${van.vehicle}', driver_id => '${van.driver}', order_ids => '{${order}}'`,
        );
        const tripArgument = `trip_id => '${trip}'`;
        await caller.rpc('dispatcher', 'plan_trip', tripArgument);
        const counts = `${tripArgument}, counts => ${json(lines.map((line) => ({ product_id: line.product_id, count: line.quantity })))}`;
        await caller.rpc('warehouse', 'confirm_load', counts);
        await caller.rpc(van.person, 'confirm_load', counts);
        await caller.rpc('dispatcher', 'dispatch_trip', tripArgument);
        await caller.rpc(van.person, 'start_trip', tripArgument);
        const items = await caller.run<{ id: string; quantity: string }>(
          van.person,
          `select id, quantity from order_items where order_id = '${order}'`,
        );
        await caller.rpc(
          van.person,
          'complete_delivery',
          `${orderArgument}, received_by => 'Shop', signature => '${SIGNATURE}', items => ${json(items.map((item) => ({ order_item_id: item.id, delivered: Number(item.quantity) })))}`,
        );
        const offload = await caller.rpc(van.person, 'submit_offload', tripArgument);
        await caller.rpc('dispatcher', 'review_offload', `offload_id => '${offload}'`);
        await caller.rpc('dispatcher', 'approve_offload', `offload_id => '${offload}'`);
        await caller.rpc('dispatcher', 'complete_trip', tripArgument);
        const [invoice] = await caller.run<{ id: string; total: string }>(
          'finance',
          `select id, total from invoices where order_id = '${order}'`,
        );
        await caller.rpc('finance', 'issue_invoice', `invoice_id => '${invoice?.id}'`);
        const payment = await caller.rpc(
          'sales',
          'record_payment',
          `customer_id => '${customer}', method => 'cash', amount => ${invoice?.total}, ${orderArgument}`,
        );
        await caller.rpc('finance', 'approve_payment', `payment_id => '${payment}'`);
      };
    });
  }
}
