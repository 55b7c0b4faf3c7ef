import { type Client, as, type Row } from '../../api/client.ts';
import { joined } from '../../api/invitations.ts';

const ROLES = ['owner', 'sales', 'manager', 'dispatcher', 'warehouse', 'driver', 'finance'];
/** A picture of two strokes of a pen. */
const SIGNATURE =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAADwAAAAYCAAAAACDqsGOAAAAhUlEQVR42p3TUQ6AMAgD0B6i978qijNuDoxQvkzDC2OZMK3oBVmSBpX6F8Sh1ser7GFutIGDLGNm9MQx8t4K9clZvmSPTPpwN2QnDZvufQij9tPy40ivC2Nx0yVDf9OZob/pzNDfdGYoPKQrz54OIq2/dvwPLeC2fDAVOrAmx1+l0oFNrQPwx9GURAWIwQAAAABJRU5ErkJggg==';
const DAY_MS = 86_400_000;

/**
 * Acme at work over HTTP: brings documents to the state that a test begins with, each step done by
 * the person whose task it is.
 */
export class Company {
  readonly #people: Map<string, Client>;
  readonly depot: Row;
  readonly cola: Row;
  #driver = 'Daniel Kamau';

  private constructor(people: Map<string, Client>, depot: Row, cola: Row) {
    this.#people = people;
    this.depot = depot;
    this.cola = cola;
  }

  static async open(): Promise<Company> {
    const people = new Map<string, Client>();
    // One after the other: a busy machine refuses an address that has many sign-ins under way.
    for (const role of ROLES) people.set(role, await as(`${role}@acme.test`));
    const sales = people.get('sales') as Client;
    const depot = await sales.row('warehouses?code=eq.NBO&select=*');
    const cola = await sales.row('products?sku=eq.COL-300&select=*');
    return new Company(people, depot, cola);
  }

  by(role: string): Client {
    const client = this.#people.get(role);
    if (client === undefined) throw new Error(`Nobody plays ${role}.`);
    return client;
  }

  /**
   * From now on a driver of its own drives, for a test that shares its stack with others: Daniel
   * Kamau is on one trip at a time.
   */
  async hireDriver(name: string, email: string): Promise<void> {
    const owner = this.by('owner');
    const driver = await joined(owner, email, 'driver');
    const session = await driver.rpc<{ user: { id: string } }>('my_session');
    const member = await owner.row(`memberships?user_id=eq.${session.body.user.id}&select=id`);
    const { status, text } = await owner.ask('/rest/v1/drivers', {
      body: { membership_id: member.id, name },
    });
    if (status !== 201) throw new Error(`${name} was not hired: ${text}`);
    this.#people.set('driver', driver);
    this.#driver = name;
  }

  customer(name: string): Promise<Row> {
    return this.by('sales').row(`customers?name=eq.${encodeURIComponent(name)}&select=*`);
  }

  /** Crates of cola for a customer, not yet sent for approval unless `submit` says so. */
  async order(customer: string, quantity: number, submit = true): Promise<Row> {
    return this.by('sales').command('create_order', {
      customer_id: (await this.customer(customer)).id,
      warehouse_id: this.depot.id,
      lines: [{ product_id: this.cola.id, quantity }],
      submit,
    });
  }

  async approved(customer: string, quantity: number): Promise<Row> {
    const order = await this.order(customer, quantity);
    return this.by('manager').command('approve_order', { order_id: order.id });
  }

  async allocated(customer: string, quantity: number): Promise<Row> {
    const order = await this.approved(customer, quantity);
    return this.by('dispatcher').command('allocate_order', { order_id: order.id });
  }

  /** A planned trip of the driver with a load sheet, some days ahead. */
  async planned(orders: Row[], registration: string, daysAhead: number): Promise<Row> {
    const dispatcher = this.by('dispatcher');
    const vehicle = await dispatcher.row(
      `vehicles?registration=eq.${encodeURIComponent(registration)}&select=id`,
    );
    const driver = await dispatcher.row(
      `drivers?name=eq.${encodeURIComponent(this.#driver)}&select=id`,
    );
    const start = Date.now() + daysAhead * DAY_MS;
    const trip = await dispatcher.command('create_trip', {
      warehouse_id: this.depot.id,
      planned_start_at: new Date(start).toISOString(),
      planned_end_at: new Date(start + DAY_MS / 3).toISOString(),
      vehicle_id: vehicle.id,
      driver_id: driver.id,
      order_ids: orders.map((order) => order.id),
      notes: 'Fuel at the depot before you leave.',
    });
    return dispatcher.command('plan_trip', { trip_id: trip.id });
  }

  /** The same trip, with so many crates to sell, counted by both sides and dispatched. */
  async dispatched(
    orders: Row[],
    registration: string,
    daysAhead: number,
    toSell = 0,
  ): Promise<Row> {
    const trip = await this.planned(orders, registration, daysAhead);
    if (toSell > 0) {
      const goods = [{ product_id: this.cola.id, quantity: toSell }];
      await this.by('dispatcher').command('take_goods', { trip_id: trip.id, goods });
    }
    const load = await this.by('warehouse').row(`loads?trip_id=eq.${trip.id}&select=id`);
    const items = await this.by('warehouse').rows(`load_items?load_id=eq.${load.id}&select=*`);
    const counts = items.map((item) => ({
      product_id: item['product_id'],
      count: item['expected'],
    }));
    await this.by('warehouse').command('confirm_load', { trip_id: trip.id, counts });
    await this.by('driver').command('confirm_load', { trip_id: trip.id, counts });
    return this.by('dispatcher').command('dispatch_trip', { trip_id: trip.id });
  }

  /** The same trip, on the road. */
  async started(orders: Row[], registration: string, daysAhead: number, toSell = 0): Promise<Row> {
    const trip = await this.dispatched(orders, registration, daysAhead, toSell);
    return this.by('driver').command('start_trip', { trip_id: trip.id });
  }

  /** Delivered with `refused` crates less than ordered, some empties, and cash for what was taken. */
  async delivered(order: Row, refused = 0, cash = 0): Promise<Row> {
    const driver = this.by('driver');
    const item = await driver.row(`order_items?order_id=eq.${order.id}&select=id,quantity`);
    return driver.command('complete_delivery', {
      order_id: order.id,
      items: [
        {
          order_item_id: item.id,
          delivered: Number(item['quantity']) - refused,
          ...(refused > 0 ? { refused_reason: 'Leaking' } : {}),
        },
      ],
      received_by: 'Linda Wekesa',
      signature: SIGNATURE,
      empties: [{ product_id: this.cola['container_product_id'], quantity: 5 }],
      ...(cash > 0 ? { payment: { method: 'cash', amount: cash } } : {}),
    });
  }

  /** The van counted after the last stop: `missing` crates fewer than it should bring home. */
  async offloaded(trip: Row, goods: number, empties: number): Promise<Row> {
    return this.by('driver').command('submit_offload', {
      trip_id: trip.id,
      items: [
        { product_id: this.cola.id, condition: 'good', counted: goods },
        { product_id: this.cola['container_product_id'], condition: 'good', counted: empties },
      ],
    });
  }

  async invoiceOf(order: Row): Promise<Row> {
    return this.by('finance').row(`invoices?order_id=eq.${order.id}&select=*`);
  }
}
