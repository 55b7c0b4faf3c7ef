import { readCatalogue, type Column, type Relation } from '../../../scripts/generate/catalogue.ts';
import type { Session, TestDatabase } from '../../harness/database.ts';

export interface Person {
  name: string;
  email: string;
  /** `super_admin` and `stranger` are no membership roles. */
  role: string;
  userId: string;
  membershipId: string | null;
  session: Session;
}

export interface Company {
  slug: string;
  tenantId: string;
  people: Map<string, Person>;
}

const SIGNATURE = 'data:image/png;base64,iVBORw0KGgo=';

type Row = Record<string, unknown> & { id: string };

/** The demo cast of a company and two more people who are limited to its depot and territory KLF. */
export async function openCompany(database: TestDatabase, slug: string): Promise<Company> {
  const admin = await database.asAdmin();
  const { id: tenantId } = await admin.one<Row>('select id from public.tenants where slug = $1', [
    slug,
  ]);
  for (const [name, role, column, table] of [
    ['depot', 'warehouse', 'warehouse_id', 'warehouses'],
    ['coast', 'sales', 'territory_id', 'territories'],
  ]) {
    await admin.query(
      `with account as (select private.create_account($1, 'mzigo-demo-2026', $2) as id)
       insert into public.memberships (tenant_id, user_id, role, ${column})
       select $3, a.id, $4, (select x.id from public.${table} x where x.tenant_id = $3 and x.code = 'KLF') from account a`,
      [`${name}@${slug}.test`, `Limited ${name}`, tenantId, role],
    );
  }
  await admin.query(`insert into public.teams (tenant_id, name) values ($1, 'Coast')`, [tenantId]);
  await admin.query(
    `insert into public.assets (tenant_id, name, kind_id, warehouse_id)
     select k.tenant_id, 'Scale', k.id, w.id from public.asset_kinds k join public.warehouses w on w.tenant_id = k.tenant_id
     where k.tenant_id = $1 and k.name = 'Scale' and w.code = 'NBO'`,
    [tenantId],
  );
  await admin.query(
    `update public.users u set active_tenant_id = $1 where u.id in (select m.user_id from public.memberships m where m.tenant_id = $1)`,
    [tenantId],
  );
  const members = await admin.query<Row & { email: string; role: string; user_id: string }>(
    `select m.id, m.role::text, m.user_id, u.email from public.memberships m join public.users u on u.id = m.user_id
     where m.tenant_id = $1 order by m.role, u.email`,
    [tenantId],
  );
  const people = new Map<string, Person>();
  for (const { id, email, role, user_id } of members) {
    const name = email.slice(0, email.indexOf('@'));
    const session = await database.asUserId(user_id, email);
    people.set(name, { name, email, role, userId: user_id, membershipId: id, session });
  }
  return { slug, tenantId, people };
}

export function playedBy(company: Company, name: string): Session {
  const person = company.people.get(name);
  if (person === undefined) throw new Error(`Nobody at ${company.slug} plays ${name}`);
  return person.session;
}

interface Things {
  admin: Session;
  as: (name: string) => Session;
  find: (text: string) => Promise<string>;
  /** The customer who signs in himself, and one who does not. */
  own: string;
  other: string;
  depot: string;
  branch: string;
  product: Row & { container_product_id: string };
}

async function thingsOf(database: TestDatabase, company: Company): Promise<Things> {
  const admin = await database.asAdmin();
  const find = async (text: string) => (await admin.one<Row>(text, [company.tenantId])).id;
  return {
    admin,
    find,
    as: (name) => playedBy(company, name),
    own: await find(
      `select customer_id as id from public.memberships where tenant_id = $1 and role = 'customer'`,
    ),
    other: await find(
      `select c.id from public.customers c where c.tenant_id = $1 and c.status = 'active'
         and c.id <> (select m.customer_id from public.memberships m where m.tenant_id = $1 and m.role = 'customer')
         and c.payment_terms_days > 0 order by c.credit_limit desc limit 1`,
    ),
    depot: await find(`select id from public.warehouses where tenant_id = $1 and code = 'NBO'`),
    branch: await find(`select id from public.warehouses where tenant_id = $1 and code = 'KLF'`),
    product: await admin.one(
      `select id, container_product_id from public.products
       where tenant_id = $1 and container_product_id is not null order by sku limit 1`,
      [company.tenantId],
    ),
  };
}

/**
 * One day at a company that leaves rows in every table: an order from draft to paid for the customer
 * who signs in himself, driven by the driver who signs in himself; an order of another customer that
 * only got as far as its reservation and is held; an adjustment; and what the office keeps.
 */
export async function workOneDay(database: TestDatabase, company: Company): Promise<void> {
  await workMorning(database, company);
  await workAfternoon(database, company);
}

/** Until the van is on the road. */
export async function workMorning(database: TestDatabase, company: Company): Promise<void> {
  const { admin, as, find, own, other, depot, product } = await thingsOf(database, company);

  const place = async (customer: string) => {
    const { id } = await as('sales').rpc<Row>('create_order', {
      customer_id: customer,
      warehouse_id: depot,
      lines: [{ product_id: product.id, quantity: 10 }],
      submit: true,
    });
    await as('manager').rpc('approve_order', { order_id: id });
    await as('dispatcher').rpc('allocate_order', { order_id: id });
    return id;
  };
  const order = await place(own);
  const unsent = await place(other);
  // All of them share a telephone, so each looks like others.
  await admin.query(`update public.customers set phone = '+254799000111' where tenant_id = $1`, [
    company.tenantId,
  ]);

  const vehicle = await find(
    `select id from public.vehicles where tenant_id = $1 order by registration limit 1`,
  );
  const driver = await find(
    `select id from public.drivers where tenant_id = $1 and membership_id is not null`,
  );
  const substitute = await find(
    `select id from public.drivers where tenant_id = $1 and membership_id is null`,
  );
  const trip = async (day: string, driverId: string, orders: string[]) =>
    (
      await as('dispatcher').rpc<Row>('create_trip', {
        warehouse_id: depot,
        planned_start_at: `${day}T05:00:00Z`,
        planned_end_at: `${day}T14:00:00Z`,
        vehicle_id: vehicle,
        driver_id: driverId,
        order_ids: orders,
      })
    ).id;
  const round = await trip('2026-11-21', driver, [order]);
  await as('dispatcher').rpc('take_goods', {
    trip_id: await trip('2026-11-24', substitute, []),
    goods: [{ product_id: product.id, quantity: 2 }],
  });
  await as('dispatcher').rpc('plan_trip', { trip_id: round });
  const plan = await as('dispatcher').rpc<Row>('create_planning_session', {
    warehouse_id: depot,
    planned_on: '2199-12-30',
    order_ids: [unsent],
    vehicle_ids: [vehicle],
  });
  await as('dispatcher').rpc('move_stops', {
    planning_session_id: plan.id,
    order_ids: [unsent],
    vehicle_id: vehicle,
  });
  await as('dispatcher').rpc('start_optimization_planning_session', {
    planning_session_id: plan.id,
  });
  await as('manager').rpc('hold_order', { order_id: unsent, reason: 'He moves house' });
  const counts = [{ product_id: product.id, count: 10 }];
  await as('warehouse').rpc('confirm_load', { trip_id: round, counts });
  await as('driver').rpc('confirm_load', { trip_id: round, counts });
  await as('owner').rpc('choose_notice', { event: 'order.code', is_on: true });
  await as('dispatcher').rpc('dispatch_trip', { trip_id: round });
  const looked = await admin.query<{ item_id: string; name: string }>(
    'select id as item_id, name from public.vehicle_check_items where tenant_id = $1',
    [company.tenantId],
  );
  await as('driver').rpc('check_vehicle', {
    trip_id: round,
    results: looked.map(({ item_id, name }) =>
      name === 'First aid kit'
        ? { item_id, is_in_order: false, note: 'No plasters' }
        : { item_id, is_in_order: true },
    ),
  });
  await as('driver').rpc('start_trip', { trip_id: round });
  await as('driver').rpc('enter_delivery_code', { order_id: order, code: '000000' });
  await as('driver').rpc('share_position', { is_shared: true });
  await as('driver').rpc('record_positions', {
    trip_id: round,
    positions: [{ happened_at: new Date().toISOString(), latitude: -1.31, longitude: 36.82 }],
  });
}

/** From the delivery on. */
export async function workAfternoon(database: TestDatabase, company: Company): Promise<void> {
  const { admin, as, find, own, other, depot, branch, product } = await thingsOf(database, company);
  const order = await find(`select order_id as id from public.trip_stops where tenant_id = $1`);
  const round = await find(`select trip_id as id from public.trip_stops where tenant_id = $1`);
  const item = await find(
    `select i.id from public.order_items i join public.trip_stops s on s.order_id = i.order_id where i.tenant_id = $1`,
  );
  // Entered once more, which is noted, and again every day from now on.
  const lines = [{ product_id: product.id, quantity: 10 }];
  await as('sales').rpc('create_order', { customer_id: own, warehouse_id: depot, lines });
  for (const customer_id of [own, other]) {
    await as('sales').rpc('create_order_template', {
      customer_id,
      warehouse_id: depot,
      name: 'Every day',
      lines,
      weekdays: [1, 2, 3, 4, 5, 6, 7],
    });
  }
  await admin.query(`select private.make_standing_orders()`);
  await as('driver').rpc('complete_delivery', {
    order_id: order,
    items: [{ order_item_id: item, delivered: 9, refused_reason: 'Leaking' }],
    received_by: 'The cook',
    signature: SIGNATURE,
    no_code_because: 'He did not find it',
    empties: [{ product_id: product.container_product_id, quantity: 8 }],
    payment: { method: 'cash', amount: 500 },
  });
  const { id: unit } = await as('owner').one<Row>(
    `insert into tax_devices (taxpayer_pin, control_unit) values ('P051234567Z', 'KRACU0100000001') returning id`,
  );
  await as('owner').rpc('set_tax_device_key', {
    tax_device_id: unit,
    communication_key: 'the-key-of-the-unit',
  });
  await as('owner').query('update tax_devices set is_active = true');
  const invoice = await find(`select id from public.invoices where tenant_id = $1`);
  await as('finance').rpc('issue_invoice', { invoice_id: invoice });
  await as('finance').rpc('approve_payment', {
    payment_id: await find(`select id from public.payments where tenant_id = $1`),
  });
  await as('sales').rpc('record_payment', {
    customer_id: other,
    method: 'mpesa',
    amount: 100,
    reference: 'QWE123',
  });
  const advance = await as('sales').rpc<Row>('record_payment', {
    customer_id: other,
    method: 'cash',
    amount: 50,
  });
  await as('finance').rpc('approve_payment', { payment_id: advance.id });
  await as('finance').rpc('refund_payment', {
    payment_id: advance.id,
    amount: 50,
    reason: 'Nothing was ordered',
  });
  const container = product.container_product_id;
  await as('customer').rpc('confirm_my_containers', {
    counts: [{ product_id: container, counted: 7 }],
  });
  await as('warehouse').rpc('write_off_containers', {
    customer_id: own,
    product_id: container,
    quantity: 1,
    reason: 'Broke in the shop',
    account: 'breakage',
  });
  await as('customer').rpc('tell_my_payment', { amount: 20, reference: 'TOLD1' });
  const back = await as('sales').rpc<Row>('request_return', {
    customer_id: own,
    items: [{ order_item_id: item, quantity: 2 }],
    reason: 'quality',
  });
  await as('manager').rpc('approve_return', { return_id: back.id });
  await as('warehouse').rpc('receive_return', {
    return_id: back.id,
    items: [
      {
        return_item_id: await find(`select id from public.return_items where tenant_id = $1`),
        good: 1,
        suspect: 1,
        defective: 0,
      },
    ],
  });
  await as('driver').rpc('submit_offload', {
    trip_id: round,
    items: [{ product_id: product.id, counted: 0 }],
  });
  await as('driver').rpc('submit_settlement', { trip_id: round, handed_in: 500 });
  await as('dispatcher').rpc('report_variance', {
    trip_id: await find(`select id from public.trips where tenant_id = $1 and status = 'draft'`),
    product_id: product.id,
    expected: 2,
    actual: 1,
    explanation: 'One crate fell',
  });

  const found = await as('warehouse').one<Row>(
    `select id from adjustment_reasons where name = 'Found'`,
  );
  const adjustment = await as('warehouse').rpc<Row>('create_adjustment', {
    warehouse_id: depot,
    reason_id: found.id,
    items: [{ product_id: product.id, quantity: 1 }],
    note: 'Behind the shelf',
  });
  await as('warehouse').rpc('submit_adjustment', { adjustment_id: adjustment.id });
  await as('warehouse').query(`update inventory set reorder_point = 5000 where product_id = $1`, [
    product.id,
  ]);
  await as('manager').rpc('create_adjustment', {
    warehouse_id: depot,
    reason_id: found.id,
    items: [{ product_id: product.id, quantity: 1, unit_cost: 5 }],
  });
  await as('warehouse').rpc('create_refill', {
    warehouse_id: depot,
    product_id: product.id,
    quantity: 1,
  });
  await as('admin').query(
    `insert into product_families (name, attributes) values ('Lemonade', '{Flavour,Size}')`,
  );
  const kit = await as('admin').one<{ id: string }>(
    `insert into products (sku, name, unit, base_price, composition) values ('KIT', 'Party kit', 'kit', 100, 'kit') returning id`,
  );
  await as('admin').query(
    `insert into product_components (product_id, component_id, quantity) values ($1, $2, 1)`,
    [kit.id, product.id],
  );
  await as('warehouse').rpc('create_kitting', {
    warehouse_id: depot,
    product_id: kit.id,
    quantity: 1,
  });
  await receiveBatch(company, depot, found.id);
  await receivePiece(company, depot, found.id);
  await openShop(company);
  await admin.query(
    `insert into inventory_transactions (tenant_id, warehouse_id, product_id, quantity, kind, reference_type, reference_id)
     select o.tenant_id, $2, p.id, -1, 'delivery', 'order', o.id
     from orders o join products p on p.tenant_id = o.tenant_id and p.sku = 'LOT'
     where o.tenant_id = $1 and o.status = 'delivered'`,
    [company.tenantId, depot],
  );
  await countStock(company, depot, product.id);
  await sendStock(company, { product: product.id, from: depot, to: branch });
  await buyStock(company, { product: product.id, from: depot, to: branch });
  await spendMoney(company);
  await earnMoney(company);
  await lookAfterAssets(company);
  await beAway(company);
  await putRight(company);
  await agree(company);
  await as('owner').rpc('invite_member', {
    email: `new@${company.slug}.test`,
    full_name: 'New Colleague',
    role: 'viewer',
  });
  await as('owner').rpc('set_role_permission', {
    role: 'viewer',
    permission: 'orders.view',
    is_granted: true,
  });
  await as('owner').query(
    `insert into workflow_definitions (machine, from_state, command) values ('customer', 'active', 'suspend')`,
  );
  await as('owner').query(
    `insert into message_templates (event, channel, language, body) values ('order.approved', 'sms', 'en', 'Thank you!')`,
  );
  await as('owner').rpc('choose_notice', { event: 'order.near', is_on: true });
  for (const customer_id of [own, other]) {
    await as('owner').rpc('choose_notice', { event: 'order.near', is_on: false, customer_id });
  }
  await as('sales').query(`insert into list_views (list, name) values ('/orders', 'Mine')`);
  await as('owner').query(
    `insert into list_views (list, name, shared_with) values ('/orders', 'Of all viewers', 'viewer')`,
  );
  const document = { document_kind: 'order', document_id: order };
  await as('sales').rpc('add_comment', { ...document, text: 'Ring the bell twice.' });
  await as('sales').rpc('log_activity', { ...document, kind: 'call', outcome: 'reached' });
  await addFile(company, document);
  await addPicture(company);
  await keepWith(company, document);
  await as('sales').query(`insert into contacts (customer_id, name) values ($1, 'Front desk')`, [
    own,
  ]);
  await as('sales').query(`insert into contacts (customer_id, name) values ($1, 'Buyer')`, [other]);
  await as('admin').query(
    `insert into customer_documents (customer_id, kind, valid_until) values ($1, 'Licence', '2020-01-01'), ($2, 'Licence', '2020-01-01')`,
    [own, other],
  );
  await as('manager').rpc('review_credit', {
    customer_id: own,
    outcome: 'keep',
    note: 'Pays in time',
  });
  await as('manager').rpc('review_credit', {
    customer_id: other,
    outcome: 'keep',
    note: 'Pays late',
  });
  await as('finance').query(
    `insert into statement_lines (source, reference, amount, posted_at) values ('mpesa', 'QWE123', 100, now())`,
  );
  await importFiles(company);
  await as('finance').rpc('close_month', { starts_on: '2020-01-01' });
  await as('owner').rpc('record_payment', {
    customer_id: own,
    method: 'cash',
    amount: 5,
    received_at: '2020-01-05T09:00:00Z',
  });
  await hearCustomers(admin, company, own);
  await as('owner').query(`insert into paybills (name, short_code) values ('Till', '600638')`);
  const { id: webhook } = await as('owner').one<{ id: string }>(
    `insert into webhooks (name, url, events) values ('ERP', 'https://erp.example/in', '{*}') returning id`,
  );
  await as('owner').rpc('set_webhook_secret', {
    webhook_id: webhook,
    secret: `whsec_${'a'.repeat(32)}`,
  });
  await as('owner').rpc('test_webhook', { webhook_id: webhook });
  await as('manager').query(
    `insert into product_packs (product_id, name, factor) values ($1, 'layer', 6)`,
    [product.id],
  );
  await as('manager').query(`insert into price_lists (name) values ('Extra')`);
  await as('manager').query(
    `insert into price_list_items (price_list_id, product_id, price)
     select l.id, $1, 1 from price_lists l where l.name = 'Extra'`,
    [product.id],
  );
  // A promotion that gave something to an order that stands.
  const { id: promotion } = await as('manager').one<{ id: string }>(
    `insert into promotions (name, kind, percent, covers_all) values ('Sale', 'line_percent', 10, true) returning id`,
  );
  await as('manager').query(
    `insert into promotion_products (promotion_id, category) values ($1, 'Office')`,
    [promotion],
  );
  await as('sales').rpc('create_order', {
    customer_id: own,
    warehouse_id: depot,
    lines: [{ product_id: product.id, quantity: 1 }],
  });
  const bundle = await find(
    `select id from public.products where tenant_id = $1 and sku = 'XMAS-BOX'`,
  );
  await as('admin').query(`update products set is_active = true where id = $1`, [bundle]);
  await as('sales').rpc('create_order', {
    customer_id: own,
    warehouse_id: depot,
    lines: [{ product_id: bundle, quantity: 1 }],
  });
  // Votes are cast only where a company asks for several; one row stands for them.
  await admin.query(
    `insert into public.approvals (tenant_id, machine, entity_id, entity_version, command, approved_by)
     select $1, 'order', $2, 1, 'approve', m.user_id from public.memberships m where m.tenant_id = $1 and m.role = 'manager'`,
    [company.tenantId, order],
  );
  await admin.query(`select private.process_queue('notifications', 200)`);
  // A mail that opens an account is not for everybody who reads messages.
  await as('owner').rpc('invite_member', {
    email: `partner@${company.slug}.test`,
    full_name: 'New Partner',
    role: 'owner',
  });
  await admin.query(
    `select private.enqueue_message(i.tenant_id, 'email', i.email, 'invitation', 'Welcome', 'A link', 'invitation:' || i.id, 'users.manage', 'invitation', i.id)
     from public.invitations i where i.tenant_id = $1`,
    [company.tenantId],
  );
  await admin.query(
    `select private.enqueue_message($1, 'email', $2, 'password_reset', 'New password', 'A link', 'reset:1', 'users.manage')`,
    [company.tenantId, `viewer@${company.slug}.test`],
  );
  await sellSomething(company, other);
  await as('owner').query(
    `insert into ai_agents (name, tools) values ('Amina', '{find_products}')`,
  );
  await admin.query(
    `insert into ai_agent_runs (tenant_id, ai_agent_id, version_number, conversation_id, message_id, mode)
     select m.tenant_id, a.id, 1, m.conversation_id, m.id, 'rules' from messages m join ai_agents a on a.tenant_id = m.tenant_id
     where m.tenant_id = $1 and m.conversation_id is not null order by m.id limit 1`,
    [company.tenantId],
  );
  await fillTheRest(admin, company);
}

/** A team with a lead of its own and one that is nobody's, and a deal of each of two people. */
async function sellSomething(company: Company, customer: string): Promise<void> {
  const as = (name: string) => playedBy(company, name);
  const team = await as('manager').one<Row>(`select id from teams where name = 'Coast'`);
  const member = (name: string) => company.people.get(name)?.membershipId;
  await as('manager').query(
    `insert into team_members (team_id, membership_id, is_lead) values ($1, $2, true), ($1, $3, false)`,
    [team.id, member('coast'), member('agent')],
  );
  await as('manager').query(
    `insert into pipelines (name, place, team_id) values ('Coast', 2, $1)`,
    [team.id],
  );
  await as('manager').query(
    `insert into pipeline_stages (pipeline_id, name, place, kind, probability)
     select p.id, 'Talk', 1, 'open'::deal_status, 10 from pipelines p where p.name = 'Coast'`,
  );
  await as('manager').query(`insert into lead_routes (place, team_id) values (1, $1)`, [team.id]);
  await as('manager').query(
    `insert into lead_score_rules (name, condition, points) values ('Everybody', 'true', 5)`,
  );
  await as('manager').query(`insert into lead_vendors (name) values ('Leads Ltd')`);
  const vendor = await as('manager').one<Row>(`select id from lead_vendors`);
  const key = `key of ${company.slug}`;
  await as('manager').query(
    `select public.set_vendor_key($1, encode(sha256(convert_to($2, 'UTF8')), 'hex'))`,
    [vendor.id, key],
  );
  await as('manager').rpc('capture_lead', {
    vendor_key: key,
    lead: { name: 'Sent Twice', phone: '0733000001', reference: '1' },
  });
  await as('agent').rpc('create_lead', { first_name: 'Asha', phone: '0733000001' });
  const loose = await as('manager').rpc<Row>('create_lead', {
    first_name: 'Nobodys',
    phone: '0733000002',
  });
  await as('manager').rpc('assign_lead', { lead_id: loose.id, owner_id: null });
  await knockAtADoor(company);
  const type = await as('manager').one<Row>(
    `insert into appointment_types (name) values ('Tasting') returning id`,
  );
  for (const person of ['sales', 'agent']) {
    await as(person).query(
      `insert into availability (weekday, opens, closes) values (1, '08:00', '12:00')`,
    );
    await as(person).query(`insert into availability_exceptions (day) values ('2026-12-28')`);
    await as('manager').rpc('create_appointment', {
      type_id: type.id,
      starts_at: '2026-12-01T08:00:00Z',
      agent_id: company.people.get(person)?.userId,
      customer_id: customer,
    });
    const deal = await as('manager').rpc<Row>('create_deal', {
      title: `Of ${person}`,
      customer_id: customer,
      owner_id: company.people.get(person)?.userId,
      expected_close_on: '2026-12-01',
    });
    await as(person).rpc('set_deal_products', {
      deal_id: deal.id,
      lines: [
        {
          product_id: (
            await as('manager').one<Row>(
              `select id from products where base_price > 0 and composition = 'single' and tracking = 'none' order by sku limit 1`,
            )
          ).id,
          quantity: 2,
        },
      ],
    });
  }
}

/** A door that somebody was given for the day and visited. */
async function knockAtADoor(company: Company): Promise<void> {
  const as = (name: string) => playedBy(company, name);
  await as('manager').query(
    `insert into doors (address, territory_id) select 'Lane 1', t.id from territories t where t.code = 'NBO'`,
  );
  const door = await as('agent').one<Row>(`select id, territory_id from doors`);
  await as('agent').rpc('next_doors', { territory_id: door.territory_id });
  const outcome = await as('agent').one<Row>(
    `select id from door_outcomes where kind = 'nobody_home'`,
  );
  await as('agent').rpc('visit_door', { door_id: door.id, outcome_id: outcome.id });
}

/** A tag, a value in a field of the company's own, and tasks: about the document, and about nothing. */
async function keepWith(company: Company, document: Record<string, unknown>) {
  const as = (name: string) => playedBy(company, name);
  await as('owner').query(`insert into tags (name) values ('Of the day')`);
  const tag = await as('owner').one<Row>(`select id from tags where name = 'Of the day'`);
  await as('sales').rpc('add_tag', { ...document, tag_id: tag.id });
  await as('owner').query(
    `update tenant_settings set type_definitions = type_definitions || '{"fields": {"order": [{"key": "gate", "label": "Gate", "kind": "text"}]}}'`,
  );
  await as('sales').rpc('set_own_fields', { ...document, fields: { gate: 'North' } });
  const driver = company.people.get('driver')?.userId;
  await as('sales').rpc('create_task', { ...document, title: 'Ring the buyer' });
  await as('sales').rpc('create_task', { title: 'Wash the van', assignee_id: driver });
}

const storeFile = (person: Session, path: string) =>
  person.query(
    `insert into storage.objects (bucket_id, name, owner_id, metadata)
     values ('attachments', $1, auth.uid()::text, '{"mimetype": "application/pdf", "size": 1200}')`,
    [path],
  );

/** A stored file of the order, and one that belongs to nothing yet. */
async function addFile(company: Company, document: Record<string, unknown>): Promise<void> {
  const person = playedBy(company, 'sales');
  await storeFile(person, `${company.tenantId}/not_added`);
  const path = `${company.tenantId}/contract`;
  await storeFile(person, path);
  await person.rpc('add_attachment', { ...document, path, name: 'Contract.pdf' });
}

/** A picture of something that is sold. */
async function addPicture(company: Company): Promise<void> {
  const owner = playedBy(company, 'owner');
  const path = `${company.tenantId}/picture`;
  await owner.query(
    `insert into storage.objects (bucket_id, name, owner_id, metadata)
     values ('product-images', $1, auth.uid()::text, '{"mimetype": "image/jpeg", "size": 1200}')`,
    [path],
  );
  const product = await owner.one<Row>(
    `select id from products where is_active order by sku limit 1`,
  );
  await owner.rpc('add_product_image', {
    product_id: product.id,
    path,
    thumbnail: 'data:image/jpeg;base64,/9j/4AAQ',
    alt: 'A crate',
  });
}

/** Goods of a batch that came in and turned out bad. */
async function receiveBatch(company: Company, place: string, reason: string): Promise<void> {
  const as = (name: string) => playedBy(company, name);
  await as('owner').query(
    `insert into products (sku, name, unit, base_price, tracking) values ('LOT', 'Milk', 'carton', 100, 'batch')`,
  );
  const milk = await as('owner').one<Row>(`select id from products where sku = 'LOT'`);
  const receipt = await as('warehouse').rpc<Row>('create_adjustment', {
    warehouse_id: place,
    reason_id: reason,
    items: [{ product_id: milk.id, quantity: 9, batches: [{ code: 'B-1', quantity: 9 }] }],
  });
  await as('warehouse').rpc('submit_adjustment', { adjustment_id: receipt.id });
  await as('manager').rpc('approve_adjustment', { adjustment_id: receipt.id });
  await as('warehouse').rpc('apply_adjustment', { adjustment_id: receipt.id });
  await as('manager').rpc('block_batch', {
    batch_id: (await as('manager').one<Row>(`select id from batches where code = 'B-1'`)).id,
    reason: 'Sour',
  });
}

/** A shop that opens with a count. */
async function openShop(company: Company): Promise<void> {
  const as = (name: string) => playedBy(company, name);
  await as('owner').query(
    `insert into warehouses (code, name, kind, works_in_shifts) values ('SHOP', 'Shop', 'shop', true)`,
  );
  const shop = await as('owner').one<Row>(`select id from warehouses where code = 'SHOP'`);
  const counter = company.people.get('warehouse')?.userId;
  await as('warehouse').rpc('open_depot', { warehouse_id: shop.id, counter_ids: [counter] });
}

/** A cylinder that came in and is known by its number. */
async function receivePiece(company: Company, place: string, reason: string): Promise<void> {
  const as = (name: string) => playedBy(company, name);
  await as('owner').query(
    `insert into products (sku, name, unit, base_price, tracking) values ('CYL', 'Cylinder', 'cylinder', 100, 'serial')`,
  );
  const cylinder = await as('owner').one<Row>(`select id from products where sku = 'CYL'`);
  const receipt = await as('warehouse').rpc<Row>('create_adjustment', {
    warehouse_id: place,
    reason_id: reason,
    items: [{ product_id: cylinder.id, quantity: 1 }],
  });
  await as('warehouse').rpc('scan_serials', {
    document_type: 'adjustment',
    document_id: receipt.id,
    codes: ['C-1'],
    product_id: cylinder.id,
  });
  await as('warehouse').rpc('submit_adjustment', { adjustment_id: receipt.id });
  await as('manager').rpc('approve_adjustment', { adjustment_id: receipt.id });
  await as('warehouse').rpc('apply_adjustment', { adjustment_id: receipt.id });
}

/** A customer, who orders, and somebody unknown write on WhatsApp, and are answered. */
async function hearCustomers(admin: Session, company: Company, customer: string): Promise<void> {
  const as = (name: string) => playedBy(company, name);
  const [number, sku] =
    company.slug === 'acme' ? ['100000001', 'TON-300'] : ['100000002', 'BRN-02'];
  await as('owner').query(
    `insert into product_words (product_id, word) select id, 'mixer' from products where sku = $1`,
    [sku],
  );
  await as('owner').query(
    `insert into channels (name, kind, phone_number_id, takes_orders) values ('Orders', 'whatsapp', $1, true)`,
    [number],
  );
  await admin.query('update channels set proved_at = now() where proved_at is null');
  await as('owner').query(`insert into whatsapp_templates (name, body) values ('hello', 'Hello')`);
  await as('sales').query(`insert into canned_replies (shortcut, body) values ('hi', 'Hello')`);
  await admin.query(`update contacts set phone = '+254733999000' where customer_id = $1`, [
    customer,
  ]);
  const messages = ['254733999000', '254733999111'].map((from) => ({
    from,
    id: `wamid.${company.slug}.${from}`,
    type: 'text',
    text: { body: `Habari, 2 ${sku}` },
  }));
  const changes = [{ place: 1, value: { metadata: { phone_number_id: number }, messages } }];
  await admin.query('select private.receive_whatsapp($1, $2)', [
    JSON.stringify(changes),
    company.slug,
  ]);
  await admin.query(`select private.process_queue('whatsapp_events', 200)`);
  await as('owner').query(
    `insert into working_hours (weekday, opens_at, closes_at) values ('monday', '08:00', '17:00')`,
  );
  for (const { id } of await as('owner').query<Row>('select id from conversations')) {
    await as('owner').rpc('reply_to_conversation', { conversation_id: id, text: 'Karibu' });
  }
}

/** A file of the manager, and one of somebody who is limited to a territory. */
async function importFiles(company: Company): Promise<void> {
  for (const name of ['manager', 'coast']) {
    const person = playedBy(company, name);
    const { id } = await person.rpc<Row>('create_import', {
      target: name === 'coast' ? 'customer' : 'product',
      file_name: 'file.csv',
      format: 'CSV',
      headers: '{sku,name,base_price}',
      mapping:
        name === 'coast'
          ? { name: 'name' }
          : { sku: 'sku', name: 'name', base_price: 'base_price' },
    });
    const values = { sku: 'FILE-1', name: 'Of a file', base_price: '1' };
    await person.rpc('stage_import_rows', { import_id: id, rows: [{ line: 2, values }] });
  }
}

/** A count of one product, by the clerk, that is finished and waits for its approval. */
async function countStock(company: Company, place: string, product: string) {
  const clerk = playedBy(company, 'warehouse');
  const { id } = await clerk.rpc<Row>('create_stock_count', {
    warehouse_id: place,
    counter_ids: [company.people.get('warehouse')?.userId],
    product_ids: [product],
  });
  await clerk.rpc('start_stock_count', { stock_count_id: id });
  await clerk.rpc('record_stock_count', {
    stock_count_id: id,
    items: [{ product_id: product, counted: 300 }],
  });
  await clerk.rpc('finish_stock_count', { stock_count_id: id, leave_uncounted: true });
}

/** Transfers between both depots, of which a part has come. */
async function sendStock(company: Company, goods: { product: string; from: string; to: string }) {
  const clerk = playedBy(company, 'warehouse');
  for (const [from, to] of [
    [goods.from, goods.to],
    [goods.to, goods.from],
  ]) {
    const { id } = await clerk.rpc<Row>('create_transfer', {
      from_warehouse_id: from,
      to_warehouse_id: to,
      items: [{ product_id: goods.product, quantity: 5 }],
    });
    await clerk.rpc('dispatch_transfer', { transfer_id: id });
    await playedBy(company, 'manager').rpc('receive_part_transfer', {
      transfer_id: id,
      items: [{ product_id: goods.product, quantity: 2 }],
    });
  }
}

/** Purchase orders of both depots, of which a part has come, and a draft. */
async function buyStock(company: Company, goods: { product: string; from: string; to: string }) {
  const clerk = playedBy(company, 'warehouse');
  const manager = playedBy(company, 'manager');
  await manager.query(`insert into vendors (name) values ('Mills Ltd')`);
  const vendor = await clerk.one<Row>(`select id from vendors`);
  const tracked = await playedBy(company, 'admin').one<Row>(
    `insert into products (sku, name, unit, base_price, tracking) values ('YEAST', 'Yeast', 'bag', 100, 'batch') returning id`,
  );
  const order = (warehouse: string) =>
    clerk.rpc<Row>('create_purchase_order', {
      vendor_id: vendor.id,
      warehouse_id: warehouse,
      items: [
        { product_id: goods.product, quantity: 5, unit_cost: 5 },
        { product_id: tracked.id, quantity: 5, unit_cost: 5 },
      ],
    });
  for (const place of [goods.from, goods.to]) {
    const { id } = await order(place);
    await clerk.rpc('submit_purchase_order', { purchase_order_id: id });
    await manager.rpc('approve_purchase_order', { purchase_order_id: id });
    await clerk.rpc('receive_part_purchase_order', {
      purchase_order_id: id,
      items: [
        { product_id: goods.product, quantity: 2 },
        { product_id: tracked.id, quantity: 2, batches: [{ code: 'Y1', quantity: 2 }] },
      ],
    });
  }
  await order(goods.from);
}

/** Expenses of people of whom each sees his own: one is paid back to somebody else, one has a draft. */
async function spendMoney(company: Company) {
  const manager = playedBy(company, 'manager');
  const fuel = await manager.one<Row>(`select id from expense_categories where name = 'Fuel'`);
  const spend = (person: string, more: Record<string, unknown> = {}) =>
    playedBy(company, person).rpc<Row>('create_expense', {
      category_id: fuel.id,
      spent_on: '2026-11-02',
      total: 116,
      tax: 16,
      ...more,
    });
  const meal = await spend('sales', { paid_by: 'person' });
  await playedBy(company, 'sales').rpc('submit_expense', { expense_id: meal.id });
  await manager.rpc('approve_expense', { expense_id: meal.id });
  const driver = await manager.one<Row>(
    `select m.user_id as id from memberships m where m.role = 'driver' order by m.created_at limit 1`,
  );
  await spend('warehouse', { paid_by: 'person', payee_id: driver.id });
  await spend('driver');
}

/** Two people of whom each sees what he earns himself, by which plan, and what he is to reach. */
async function earnMoney(company: Company) {
  const manager = playedBy(company, 'manager');
  await manager.query(
    `insert into commission_plans (name, basis, rate, valid_from) values ('Deals', 'won_deals', 5, '2026-01-01')`,
  );
  const customer = await manager.one<Row>(
    `select id from customers where status = 'active' order by code limit 1`,
  );
  for (const person of ['sales', 'agent']) {
    const owner_id = company.people.get(person)?.userId;
    await manager.query(
      `insert into commission_plans (name, basis, rate, valid_from, person_id) values ($1, 'received_money', 2, '2026-01-01', $2)`,
      [`Money of ${person}`, owner_id],
    );
    const deal = await manager.rpc<Row>('create_deal', {
      title: `Won by ${person}`,
      customer_id: customer.id,
      owner_id,
      value: 100,
    });
    await playedBy(company, person).rpc('win_deal', { deal_id: deal.id });
    await manager.query(
      `insert into kpi_targets (kpi_id, person_id, month, target) select k.id, $1, '2026-11-01', 5 from kpi_definitions k`,
      [owner_id],
    );
  }
}

/** What the company owns: one piece in a depot, which is looked after, and one with a salesperson. */
async function lookAfterAssets(company: Company) {
  const manager = playedBy(company, 'manager');
  const kind = await manager.one<Row>(`select id from asset_kinds where name = 'Cooler'`);
  const depot = await manager.one<Row>(`select id from warehouses where code = 'NBO'`);
  const person = await manager.one<Row>(
    `select m.user_id as id from memberships m where m.role = 'sales' order by m.created_at limit 1`,
  );
  const cooler = await manager.rpc<Row>('create_asset', {
    name: 'Cooler at the gate',
    kind_id: kind.id,
    warehouse_id: depot.id,
    warranty_until: '2030-01-01',
  });
  await manager.rpc('create_asset', { name: 'Phone', kind_id: kind.id, holder_id: person.id });
  const plan = await manager.one<Row>(
    `insert into maintenance_plans (asset_id, name, every_days, starts_on) values ($1, 'Clean it', 30, '2026-11-01') returning id`,
    [cooler.id],
  );
  const job = await manager.one<Row>(`select id from maintenance_jobs where plan_id = $1`, [
    plan.id,
  ]);
  await manager.rpc('complete_maintenance_job', { maintenance_job_id: job.id, cost: 100 });
}

/** What is agreed: one of a salesperson, one of the manager, and one that was signed. */
async function agree(company: Company) {
  const manager = playedBy(company, 'manager');
  const kind = await manager.one<Row>(`select id from contract_kinds where name = 'Supply'`);
  const vendor = await manager.one<Row>(`select id from vendors order by number limit 1`);
  const customer = await manager.one<Row>(
    `select id from customers where status = 'active' order by code limit 1`,
  );
  const person = await manager.one<Row>(
    `select m.user_id as id from memberships m where m.role = 'sales' order by m.created_at limit 1`,
  );
  const enter = (title: string, values: Record<string, unknown>) =>
    manager.rpc<Row>('create_contract', {
      title,
      kind_id: kind.id,
      starts_on: '2026-01-01',
      ...values,
    });
  await enter('Crates for the season', { customer_id: customer.id, owner_id: person.id });
  const product = await manager.one<Row>(
    `select id from products where is_active and base_price > 0 and composition = 'single' order by sku limit 1`,
  );
  const lines = [{ product_id: product.id, quantity: 12 }];
  for (const owner_id of [person.id, company.people.get('manager')?.userId]) {
    const deal = await manager.rpc<Row>('create_deal', {
      title: 'Offered',
      customer_id: customer.id,
      owner_id,
    });
    const offer = { deal_id: deal.id, valid_until: '2090-01-01', lines };
    const sent = await manager.rpc<Row>('create_proposal', offer);
    await manager.rpc('send_proposal', { proposal_id: sent.id });
    await manager.rpc('create_proposal', offer);
  }
  await enter('Flour', { vendor_id: vendor.id });
  const signed = await enter('Flour again', { vendor_id: vendor.id });
  const path = `${company.tenantId}/signed`;
  await storeFile(manager, path);
  const paper = await manager.rpc<Row>('add_attachment', {
    document_kind: 'contract',
    document_id: signed.id,
    path,
    name: 'Signed.pdf',
  });
  await manager.rpc('activate_contract', {
    contract_id: signed.id,
    attachment_id: paper.id,
    signed_by: 'J. Mwangi',
    signed_on: '2026-01-01',
  });
}

/** What is wrong: nobody's, a salesperson's, a driver's own, and one that was resolved. */
async function putRight(company: Company) {
  const manager = playedBy(company, 'manager');
  const category = await manager.one<Row>(
    `select id from ticket_categories where name = 'Delivery'`,
  );
  const person = await manager.one<Row>(
    `select m.user_id as id from memberships m where m.role = 'sales' order by m.created_at limit 1`,
  );
  const boss = await manager.one<Row>(
    `select m.user_id as id from memberships m where m.role = 'manager' order by m.created_at limit 1`,
  );
  const enter = (name: string, subject: string, values: Record<string, unknown> = {}) =>
    playedBy(company, name).rpc<Row>('create_ticket', {
      subject,
      category_id: category.id,
      ...values,
    });
  await enter('manager', 'Crates are wet');
  await enter('manager', 'Came too late', { assignee_id: person.id });
  await enter('manager', 'The scale is wrong', { assignee_id: boss.id });
  await enter('driver', 'The gate is locked');
  const done = await enter('manager', 'The invoice was lost', { assignee_id: boss.id });
  await manager.rpc('resolve_ticket', { ticket_id: done.id, resolution: 'Sent again' });
}

/** Who is to be there, and who asks to be away. */
async function beAway(company: Company) {
  const manager = playedBy(company, 'manager');
  const depot = await manager.one<Row>(`select id from warehouses where code = 'NBO'`);
  const people = await manager.query<Row>(
    `select m.user_id as id from memberships m where m.role in ('sales', 'driver') and m.status = 'active' order by m.created_at`,
  );
  for (const person of people) {
    await manager.query(
      `insert into shifts (person_id, warehouse_id, starts_at, ends_at) values ($1, $2, '2030-02-01T05:00:00Z', '2030-02-01T14:00:00Z')`,
      [person.id, depot.id],
    );
  }
  for (const person of ['sales', 'driver', 'warehouse']) {
    const leave = await playedBy(company, person).rpc<Row>('create_leave_request', {
      from_on: '2030-04-01',
      until_on: '2030-04-05',
    });
    if (person === 'sales')
      await manager.rpc('approve_leave_request', { leave_request_id: leave.id });
  }
}

/** Good enough where nothing is known of a column but its type. */
const PLAIN_VALUES: Record<string, unknown> = {
  boolean: true,
  date: '2026-12-01',
  integer: 1,
  jsonb: '{}',
  text: 'Something',
  'timestamp with time zone': '2026-12-01T08:00:00Z',
};

/**
 * A row in every table that the day has left empty, with values as its columns ask for them: so a new table
 * is tried without a word here. One whose CHECKs ask for more needs its row in the day.
 */
async function fillTheRest(admin: Session, company: Company): Promise<void> {
  const { relations, enums } = await readCatalogue(admin.client);
  const labels = new Map(enums.map((kind) => [kind.name, kind.labels[0]]));
  const valueOf = async (relation: Relation, { name, type }: Column): Promise<unknown> => {
    if (name === 'tenant_id') return company.tenantId;
    const key = relation.foreign_keys.find(({ columns }) => columns.includes(name));
    if (key === undefined) return labels.get(type) ?? PLAIN_VALUES[type] ?? 1;
    const { id } = await admin.one(
      `select id from public.${key.target} where tenant_id = $1 order by id limit 1`,
      [company.tenantId],
    );
    return id;
  };
  for (const relation of relations) {
    const { name, is_view, columns } = relation;
    if (is_view || !columns.some((column) => column.name === 'tenant_id')) continue;
    const { is_empty } = await admin.one(
      `select not exists (select from public.${name} where tenant_id = $1) as is_empty`,
      [company.tenantId],
    );
    if (is_empty === false) continue;
    const needed = columns.filter(
      (column) => column.name === 'tenant_id' || !(column.is_nullable || column.has_default),
    );
    const values = await Promise.all(needed.map((column) => valueOf(relation, column)));
    await admin.query(
      `insert into public.${name} (${needed.map((column) => column.name).join(', ')})
       values (${needed.map((_, index) => `$${index + 1}`).join(', ')})`,
      values,
    );
  }
}
