import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';
import { readCatalogue, type Rpc } from '../../../scripts/generate/catalogue.ts';
import { assertBoundByPolicies, attempt } from './attempt.ts';
import { openCompany, playedBy, workAfternoon, workMorning, type Company } from './company.ts';

type Values = Record<string, unknown>;

/**
 * Which row an argument of this name means, as a query by company. Where it does not matter which,
 * nothing stands here: `vehicle_id` is the oldest vehicle.
 */
const ROWS: Record<string, string> = {
  agent_id: `select user_id as id from public.memberships where tenant_id = $1 and role = 'sales'`,
  type_id: `select id from public.appointment_types where tenant_id = $1`,
  assignee_id: `select user_id as id from public.memberships where tenant_id = $1 and role = 'warehouse'`,
  next_step_for: `select user_id as id from public.memberships where tenant_id = $1 and role = 'warehouse'`,
  address_id: `select a.id from public.customer_addresses a join public.memberships m on m.tenant_id = a.tenant_id and m.customer_id = a.customer_id where a.tenant_id = $1`,
  capture_id: `select id from public.lead_captures where tenant_id = $1`,
  duplicate_of_id: `select id from public.leads where tenant_id = $1 order by number desc`,
  lead_id: `select id from public.leads where tenant_id = $1 order by number`,
  owner_id: `select user_id as id from public.memberships where tenant_id = $1 and role = 'sales'`,
  source_id: `select id from public.lead_sources where tenant_id = $1 order by name`,
  stage_id: `select id from public.pipeline_stages where tenant_id = $1 order by place`,
  vendor_id: `select id from public.lead_vendors where tenant_id = $1`,
  closer_id: `select m.user_id as id from public.memberships m join public.team_members t on t.membership_id = m.id where m.tenant_id = $1`,
  outcome_id: `select id from public.door_outcomes where tenant_id = $1 and kind = 'interest'`,
  category_id: `select id from public.expense_categories where tenant_id = $1 order by name`,
  subject: `select user_id as id from public.memberships where tenant_id = $1 and role = 'sales'`,
  payee_id: `select user_id as id from public.memberships where tenant_id = $1 and role = 'sales'`,
  kind_id: `select id from public.asset_kinds where tenant_id = $1 order by name`,
  person_id: `select user_id as id from public.memberships where tenant_id = $1 and role = 'sales'`,
  holder_id: `select user_id as id from public.memberships where tenant_id = $1 and role = 'sales'`,
  asset_id: `select id from public.assets where tenant_id = $1 and status = 'in_service' order by number`,
  maintenance_job_id: `select id from public.maintenance_jobs where tenant_id = $1 and status = 'planned'`,
  leave_request_id: `select id from public.leave_requests where tenant_id = $1 and status = 'requested'`,
  contract_kind: `select id from public.contract_kinds where tenant_id = $1 order by name`,
  contract_id: `select id from public.contracts where tenant_id = $1 and status = 'draft'`,
  active_contract: `select id from public.contracts where tenant_id = $1 and status = 'active' order by number`,
  contract_paper: `select id from public.attachments where tenant_id = $1 and document_kind = 'contract' order by created_at desc`,
  proposal_id: `select id from public.proposals where tenant_id = $1 and status = 'draft'`,
  sent_proposal: `select id from public.proposals where tenant_id = $1 and status = 'sent'`,
  open_deal: `select id from public.deals where tenant_id = $1 and status = 'open' order by number desc`,
  ticket_category: `select id from public.ticket_categories where tenant_id = $1 order by name`,
  ticket_id: `select id from public.tickets where tenant_id = $1 and status = 'open' order by number`,
  resolved_ticket: `select id from public.tickets where tenant_id = $1 and status = 'resolved'`,
  draft_expense: `select id from public.expenses where tenant_id = $1 and status = 'draft'`,
  customer_id: `select customer_id as id from public.memberships where tenant_id = $1 and role = 'customer'`,
  defect_id: `select id from public.vehicle_checks where tenant_id = $1 and not is_in_order`,
  vehicle_check_item_id: `select id from public.vehicle_check_items where tenant_id = $1 order by place`,
  delivery_id: `select id from public.webhook_deliveries where tenant_id = $1`,
  document_id: `select order_id as id from public.trip_stops where tenant_id = $1`,
  driver_id: `select id from public.drivers where tenant_id = $1 and membership_id is null`,
  family_id: `select id from public.product_families where tenant_id = $1`,
  from_warehouse_id: `select id from public.warehouses where tenant_id = $1 and code = 'NBO'`,
  id: `select order_id as id from public.trip_stops where tenant_id = $1`,
  into_id: `select c.id from public.customers c where c.tenant_id = $1 and c.status = 'active' and not exists (select from public.memberships m where m.customer_id = c.id) order by c.code`,
  invitation_id: `select id from public.invitations where tenant_id = $1 and status = 'pending'`,
  membership_id: `select id from public.memberships where tenant_id = $1 and role = 'viewer'`,
  invoice_item_id: `select id from public.invoice_items where tenant_id = $1 and not is_deposit`,
  message_id: `select id from public.messages where tenant_id = $1 and direction = 'out' and conversation_id is not null`,
  order_id: `select order_id as id from public.trip_stops where tenant_id = $1`,
  order_item_id: `select i.id from public.order_items i join public.trip_stops s on s.order_id = i.order_id where i.tenant_id = $1`,
  parent_id: `select id from public.territories where tenant_id = $1 order by code desc`,
  place_id: `select id from public.warehouses where tenant_id = $1 and code = 'NBO'`,
  product_id: `select id from public.products where tenant_id = $1 and container_product_id is not null order by sku`,
  return_item_id: `select id from public.return_items where tenant_id = $1`,
  responsible_id: `select id from public.memberships where tenant_id = $1 and role = 'driver'`,
  tenant_id: `select id from public.tenants where id = $1`,
  failure_reason_id: `select id from public.failure_reasons where tenant_id = $1 order by name`,
  product_image_id: `select id from public.product_images where tenant_id = $1`,
  reason_id: `select id from public.adjustment_reasons where tenant_id = $1 order by name`,
  standing_order_id: `select id from public.standing_orders where tenant_id = $1 order by due_on`,
  tax_submission_id: `select id from public.tax_submissions where tenant_id = $1`,
  territory_id: `select id from public.territories where tenant_id = $1 order by code`,
  to_warehouse_id: `select id from public.warehouses where tenant_id = $1 and code = 'KLF'`,
  user_id: `select user_id as id from public.memberships where tenant_id = $1 and role = 'warehouse'`,
  trip_id: `select trip_id as id from public.trip_stops where tenant_id = $1`,
  variance_id: `select id from public.variances where tenant_id = $1 and status = 'pending_review' order by created_at`,
  vehicle_id: `select id from public.vehicles where tenant_id = $1 order by registration desc`,
  warehouse_id: `select id from public.warehouses where tenant_id = $1 and code = 'NBO'`,
  draft_purchase: `select id from public.purchase_orders where tenant_id = $1 and status = 'draft'`,
  goods_vendor: `select id from public.vendors where tenant_id = $1`,
  allocated_order: `select id from public.orders where tenant_id = $1 and status = 'allocated'`,
  draft_trip: `select id from public.trips where tenant_id = $1 and status = 'draft'`,
};

/** Commands that look at further ids only when their document is in the right state. */
const DOCUMENTS: Record<string, Values> = {
  amend_order: { order_id: 'allocated_order' },
  assign_orders: { trip_id: 'draft_trip' },
  block_vendor: { vendor_id: 'goods_vendor' },
  change_expense: { expense_id: 'draft_expense', vendor_id: 'goods_vendor' },
  create_expense: { vendor_id: 'goods_vendor' },
  change_purchase_order: { purchase_order_id: 'draft_purchase', vendor_id: 'goods_vendor' },
  change_trip: { trip_id: 'draft_trip' },
  create_purchase_order: { vendor_id: 'goods_vendor' },
  purchase_proposal: { vendor_id: 'goods_vendor' },
  release_vendor: { vendor_id: 'goods_vendor' },
  take_goods: { trip_id: 'draft_trip' },
  activate_contract: { attachment_id: 'contract_paper' },
  change_contract: { kind_id: 'contract_kind', vendor_id: 'goods_vendor' },
  create_contract: { kind_id: 'contract_kind', vendor_id: 'goods_vendor' },
  give_notice_contract: { contract_id: 'active_contract' },
  terminate_contract: { contract_id: 'active_contract' },
  accept_proposal: { proposal_id: 'sent_proposal' },
  create_proposal: { deal_id: 'open_deal' },
  decline_proposal: { proposal_id: 'sent_proposal' },
  revise_proposal: { proposal_id: 'sent_proposal' },
  change_ticket: { category_id: 'ticket_category' },
  create_ticket: { category_id: 'ticket_category' },
  reopen_ticket: { ticket_id: 'resolved_ticket' },
  close_ticket: { ticket_id: 'resolved_ticket' },
};

/** What else a command needs, so that the id decides. */
const PLAIN: Record<string, unknown> = {
  'stage_import_rows.rows': [],
  access_token: 'a-long-token',
  priority: 'high',
  until: new Date(Date.now() + 3_600_000).toISOString(),
  actual: 1,
  starts_at: '2030-01-01T00:00:00Z',
  from_at: '2030-01-01T00:00:00Z',
  until_at: '2030-01-02T00:00:00Z',
  outcome: 'settled',
  minutes: 30,
  amount: 1,
  area: {
    type: 'Polygon',
    coordinates: [
      [
        [1, 1],
        [2, 1],
        [2, 2],
        [1, 1],
      ],
    ],
  },
  communication_key: 'the-key-of-the-unit',
  code: 'lost',
  command: 'approve',
  email: 'somebody@example.test',
  expected: 2,
  counted: 10,
  codes: ['C-1'],
  document_kind: 'order',
  document_type: 'order',
  explanation: 'One is missing',
  fields: { gate: 'South' },
  'visit_door.first_name': 'Some',
  figure: 'order_total',
  full_name: 'Some Body',
  handed_in: 10,
  method: 'cash',
  moment: '2030-01-01T00:00:00Z',
  name: 'A name',
  quantity: 1,
  note: 'A note',
  paper: 'invoice',
  path: 'a/path',
  thumbnail: 'data:image/jpeg;base64,/9j/4AAQ',
  percent: 16,
  latitude: -1.28,
  longitude: 36.8,
  'log_activity.kind': 'call',
  'log_activity.outcome': 'reached',
  'review_credit.outcome': 'keep',
  'log_activity.next_step': 'Ring back',
  'delivery_room.requested_on': '2030-01-02',
  'my_delivery_room.requested_on': '2030-01-02',
  price: 50,
  planned_end_at: '2026-12-02T14:00:00Z',
  planned_start_at: '2026-12-02T05:00:00Z',
  planned_on: '2199-12-30',
  reason: 'A good reason',
  'request_return.reason': 'quality',
  positions: [{ happened_at: '2030-01-01T00:00:00Z', latitude: -1.28, longitude: 36.8 }],
  received_by: 'The cook',
  role: 'viewer',
  signature: 'data:image/png;base64,iVBORw0KGgo=',
  status: 'inactive',
  spent_on: '2026-11-02',
  month: '2026-11-01',
  from_on: '2030-03-01',
  until_on: '2030-03-02',
  'change_contract.starts_on': '2030-03-01',
  'create_contract.starts_on': '2030-03-01',
  measure: 'invoiced',
  since: '2026-11-01',
  'explain_kpi.until': '2026-11-30',
  'change_proposal.valid_until': '2090-01-01',
  'create_proposal.valid_until': '2090-01-01',
  'revise_proposal.valid_until': '2090-01-01',
  signed_by: 'J. Mwangi',
  'create_leave_request.kind': 'annual',
  'create_maintenance_job.due_on': '2030-03-01',
  'reschedule_maintenance_job.due_on': '2030-03-01',
  total: 5,
  'change_expense.paid_by': 'person',
  'create_expense.paid_by': 'person',
  text: 'A text',
  title: 'A title',
};

/** Ids that travel inside a list: argument → the items, given how to look up an id by name. */
const LISTS: Record<string, (id: (name: string) => string) => unknown> = {
  allocations: (id) => [{ invoice_id: id('invoice_id'), amount: 1 }],
  counter_ids: (id) => [id('user_id')],
  mentions: (id) => [id('user_id')],
  counts: (id) => [{ product_id: id('product_id'), count: 10 }],
  empties: (id) => [{ product_id: id('product_id'), quantity: 1 }],
  goods: (id) => [{ product_id: id('product_id'), quantity: 1 }],
  items: (id) => [{ product_id: id('product_id'), quantity: 1, counted: 1 }],
  lines: (id) => [{ product_id: id('product_id'), quantity: 1 }],
  product_ids: (id) => [id('product_id')],
  order_ids: (id) => [id('allocated_order')],
  vehicle_ids: (id) => [id('vehicle_id')],
};
const LISTS_OF: Record<string, (id: (name: string) => string) => unknown> = {
  'check_vehicle.results': (id) => [{ item_id: id('vehicle_check_item_id'), is_in_order: true }],
  'complete_delivery.items': (id) => [{ order_item_id: id('order_item_id'), delivered: 10 }],
  'credit_invoice.items': (id) => [{ invoice_item_id: id('invoice_item_id'), quantity: 1 }],
  'confirm_my_containers.counts': (id) => [{ product_id: id('product_id'), counted: 1 }],
  'receive_return.items': (id) => [
    { return_item_id: id('return_item_id'), good: 1, suspect: 0, defective: 0 },
  ],
  'change_purchase_order.items': (id) => [
    { product_id: id('product_id'), quantity: 1, unit_cost: 1 },
  ],
  'create_purchase_order.items': (id) => [
    { product_id: id('product_id'), quantity: 1, unit_cost: 1 },
  ],
  'request_return.items': (id) => [{ order_item_id: id('order_item_id'), quantity: 1 }],
};

/** Not about a company's rows, or with a value per call of their own. */
const NOT_PROBED = ['switch_tenant', 'set_tenant_status', 'create_tenant'];

let database: TestDatabase;
let admin: Session;
let rpcs: Rpc[];
/** Table of every kind of record, by the argument that names one: documents and everything else. */
let tables: Map<string, string>;
let acme: Company;
let globex: Company;

beforeAll(async () => {
  database = await cloneDatabase('unknown_ids');
  admin = await database.asAdmin();
  acme = await openCompany(database, 'acme');
  globex = await openCompany(database, 'globex');
  const callable = await admin.query<{ name: string }>(
    `select p.proname as name from pg_proc p
     where p.pronamespace = 'public'::regnamespace and has_function_privilege('authenticated', p.oid, 'execute')`,
  );
  const names = new Set(callable.map((row) => row.name));
  rpcs = (await readCatalogue(admin.client)).rpcs.filter(
    (rpc) => names.has(rpc.name) && !NOT_PROBED.includes(rpc.name),
  );
  const entities = await admin.query<{ entity_type: string; table_name: string }>(
    'select entity_type, table_name from private.entities',
  );
  tables = new Map(entities.map((row) => [`${row.entity_type}_id`, row.table_name]));
  await workMorning(database, acme);
  await workMorning(database, globex);
});

afterAll(() => database.drop());

function oldestOf(table: string | undefined): string | undefined {
  return table && `select id from public.${table} where tenant_id = $1 order by created_at, id`;
}

async function idsOf(company: Company): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  const named = rpcs.flatMap((rpc) => rpc.args).filter(({ type }) => type === 'uuid');
  for (const name of new Set([...Object.keys(ROWS), ...named.map((arg) => arg.name)])) {
    const text = ROWS[name] ?? oldestOf(tables.get(name));
    if (text === undefined) continue;
    const [row] = await admin.query<{ id: string }>(text, [company.tenantId]);
    if (row) ids.set(name, row.id);
  }
  return ids;
}

function listOf(rpc: Rpc, arg: string) {
  return LISTS_OF[`${rpc.name}.${arg}`] ?? LISTS[arg];
}

/** The ids that a command takes, alone or in a list; \`list.\` marks the latter. */
function probes(rpc: Rpc): string[] {
  return rpc.args.flatMap(({ name, type }) => {
    if (type === 'uuid' && name !== 'idempotency_key') return [name];
    return listOf(rpc, name) ? [`list.${name}`] : [];
  });
}

/** The arguments of a call in which one id, the probed one, may be replaced. */
function argumentsOf(
  rpc: Rpc,
  ids: Map<string, string>,
  probe: string,
  replacement: string,
): Values {
  const values: Values = {};
  for (const { name, type, is_optional } of rpc.args) {
    const plain = PLAIN[`${rpc.name}.${name}`] ?? PLAIN[name];
    if (probe === name) values[name] = replacement;
    else if (probe === `list.${name}`) values[name] = listOf(rpc, name)?.(() => replacement);
    else if (is_optional && plain === undefined) continue;
    else if (type === 'uuid')
      values[name] = ids.get((DOCUMENTS[rpc.name]?.[name] as string) ?? name);
    else if (listOf(rpc, name)) values[name] = listOf(rpc, name)?.((id) => ids.get(id) ?? '');
    else if (plain !== undefined || type === 'text') values[name] = plain ?? 'Something';
  }
  return values;
}

async function answer(session: Session, rpc: Rpc, values: Values, id: string): Promise<string> {
  const { refusal } = await attempt(session, () => session.rpc(rpc.name, values));
  return refusal === null ? 'accepted' : JSON.stringify(refusal).replaceAll(id, '<id>');
}

async function differences(name: string): Promise<{ told: string[]; probed: number }> {
  const session = playedBy(acme, name);
  await assertBoundByPolicies(session);
  const own = await idsOf(acme);
  const foreign = await idsOf(globex);
  const told: string[] = [];
  let probed = 0;
  await session.query('begin');
  for (const rpc of rpcs) {
    for (const probe of probes(rpc)) {
      const kind = probe.startsWith('list.') ? nestedKind(rpc, probe) : probe;
      const theirs = foreign.get((DOCUMENTS[rpc.name]?.[kind] as string) ?? kind);
      if (theirs === undefined) continue;
      const unknown = randomUUID();
      const toTheirs = await answer(session, rpc, argumentsOf(rpc, own, probe, theirs), theirs);
      const toUnknown = await answer(session, rpc, argumentsOf(rpc, own, probe, unknown), unknown);
      probed += 1;
      if (toTheirs === 'accepted' || toTheirs !== toUnknown) {
        told.push(`${rpc.name} ${probe}: ${toTheirs} but to an unknown one ${toUnknown}`);
      }
      // The violated key of a table is no answer to a person.
      if (!/^{"code":"(PT\d{3}|42501)"/.test(toUnknown)) {
        told.push(`${rpc.name} ${probe}: no error of ours: ${toUnknown}`);
      }
    }
  }
  await session.query('rollback');
  return { told, probed };
}

/** Which kind of row the ids in a list mean. */
function nestedKind(rpc: Rpc, probe: string): string {
  let kind = '';
  listOf(
    rpc,
    probe.slice('list.'.length),
  )?.((name) => {
    kind = name;
    return name;
  });
  return kind;
}

const PEOPLE = [
  'owner',
  'manager',
  'dispatcher',
  'driver',
  'finance',
  'sales',
  'customer',
  'depot',
];

test.each(PEOPLE)(
  'while the van is on the road, ids of another company answer %s as unknown ids do',
  async (name) => {
    const { told, probed } = await differences(name);
    expect(told).toEqual([]);
    expect(probed).toBeGreaterThan(50);
  },
);

test('there is no command whose ids are not tried', () => {
  const unknown = rpcs
    .flatMap((rpc) => rpc.args.map((arg) => ({ ...arg, rpc: rpc.name })))
    .filter(({ name, type }) => type === 'uuid' && name !== 'idempotency_key')
    .filter(({ name }) => ROWS[name] === undefined && tables.get(name) === undefined);
  expect(unknown.map(({ rpc, name }) => `${rpc} ${name}`)).toEqual([]);
});

test('an id of another company is not found, in these words', async () => {
  const session = playedBy(acme, 'owner');
  const foreign = (await idsOf(globex)).get('order_id');
  await expect(session.rpc('approve_order', { order_id: foreign })).rejects.toMatchObject({
    code: 'PT404',
    message: 'record_not_found',
    detail: JSON.stringify({ order_id: foreign }).replace(':', ': '),
  });
});

test('after the day is done, ids of another company answer the owner as unknown ids do', async () => {
  await workAfternoon(database, acme);
  await workAfternoon(database, globex);
  const { told, probed } = await differences('owner');
  expect(told).toEqual([]);
  expect(probed).toBeGreaterThan(60);
}, 300_000);
