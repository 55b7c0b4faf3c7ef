import type { Session } from '../../harness/database.ts';
import { parseAudience } from '../../../scripts/generate/access.ts';
import type { PublishedMatrix } from '../../../scripts/generate/permissions.ts';
import type { Company, Person } from './company.ts';

/** What names a row of a table in this test; `id` where nothing else stands here. */
const KEYS: Record<string, string> = {
  address_positions: 'x.address_id::text',
  deal_forecast: `concat_ws(' ', x.pipeline_id, x.stage_id, x.owner_id, x.month)`,
  lead_vendor_results: `concat_ws(' ', x.vendor_id, x.month)`,
  similar_leads: `concat_ws(' ', x.lead_id, x.other_id)`,
  door_areas: 'x.territory_id::text',
  batch_recipients: `concat_ws(' ', x.tenant_id, x.batch_id, x.order_id)`,
  ai_agent_versions: 'x.ai_agent_id::text',
  conversation_activity: 'x.conversation_id::text',
  conversation_clocks: 'x.conversation_id::text',
  container_balances: `concat_ws(' ', x.tenant_id, x.holder, x.holder_id, x.product_id)`,
  container_holdings: 'x.id',
  credit_standings: `concat_ws(' ', x.tenant_id, x.customer_id)`,
  receivables: `concat_ws(' ', x.tenant_id, x.customer_id)`,
  message_texts: `concat_ws(' ', x.event, x.channel, x.language)`,
  notice_kinds: 'x.event',
  permissions: 'x.permission',
  import_rows: `concat_ws(' ', x.import_id, x.line)`,
  role_permissions: `concat_ws(' ', x.role, x.permission)`,
  role_ranks: 'x.role::text',
  tenant_settings: 'x.tenant_id::text',
};

export function keyOf(table: string): string {
  return KEYS[table] ?? 'x.id::text';
}

/** Tables that hold no company's rows. */
const REFERENCE = [
  'message_texts',
  'notice_kinds',
  'permissions',
  'role_permissions',
  'role_ranks',
];

/** The rows of the company $1, as an SQL condition. */
function ofCompany(table: string): string {
  if (REFERENCE.includes(table)) return '$1::uuid is not null';
  if (table === 'tenants') return 'x.id = $1';
  if (table === 'users') {
    return 'x.id in (select m.user_id from public.memberships m where m.tenant_id = $1)';
  }
  return 'x.tenant_id = $1';
}

/** What people who are limited see, stated anew here: the rows of \`mine\`, by the membership $2. */
const MINE = `with me as (select * from public.memberships where id = $2),
  my_trips as (
    select t.id from public.trips t join me on t.tenant_id = me.tenant_id
    where me.role <> 'customer' and t.warehouse_id = coalesce(me.warehouse_id, t.warehouse_id)
      and (me.role <> 'driver' or t.driver_id in (select d.id from public.drivers d where d.membership_id = me.id))
  ),
  my_customers as (
    select c.id from public.customers c join me on c.tenant_id = me.tenant_id
    where (me.role <> 'customer' or c.id = me.customer_id)
      and (me.territory_id is null or c.territory_id is not distinct from me.territory_id)
      and (me.role <> 'driver' or c.id in (select s.customer_id from public.trip_stops s where s.trip_id in (select id from my_trips)))
  ),
  my_orders as (
    select o.id from public.orders o join me on o.tenant_id = me.tenant_id
    where o.customer_id in (select id from my_customers) and o.warehouse_id = coalesce(me.warehouse_id, o.warehouse_id)
      and (me.role <> 'driver' or o.id in (select s.order_id from public.trip_stops s where s.trip_id in (select id from my_trips)))
  ),
  my_payments as (select p.id from public.payments p where p.customer_id in (select id from my_customers)),
  my_warehouses as (select w.id from public.warehouses w join me on w.tenant_id = me.tenant_id where w.id = coalesce(me.warehouse_id, w.id))`;

const mine = (column: string, list: string) => `x.${column} in (select id from ${list})`;
const through = (column: string, table: string, condition: string) =>
  `exists (select from public.${table} p where p.id = x.${column} and ${condition.replaceAll('x.', 'p.')})`;

/** Receipts of purchase orders of one's own depots. */
const RECEIPTS = `(select r.id from public.purchase_receipts r join public.purchase_orders o on o.id = r.purchase_order_id where ${mine('warehouse_id', 'my_warehouses').replaceAll('x.', 'o.')})`;
const BOTH_PLACES = `(${mine('from_warehouse_id', 'my_warehouses')} or ${mine('to_warehouse_id', 'my_warehouses')})`;

const SCOPES: Record<string, string> = {
  address_positions: through(
    'address_id',
    'customer_addresses',
    mine('customer_id', 'my_customers'),
  ),
  activities: mine('document_id', 'my_orders'),
  attachments: mine('document_id', 'my_orders'),
  comments: mine('document_id', 'my_orders'),
  own_field_values: mine('document_id', 'my_orders'),
  record_tags: mine('document_id', 'my_orders'),
  tasks: `(x.document_id is null or x.assignee_id = (select user_id from me) or ${mine('document_id', 'my_orders')} or ${mine('document_id', 'my_customers')})`,
  adjustment_batches: through(
    'adjustment_id',
    'manual_adjustments',
    mine('warehouse_id', 'my_warehouses'),
  ),
  adjustment_costs: through(
    'adjustment_id',
    'manual_adjustments',
    mine('warehouse_id', 'my_warehouses'),
  ),
  batch_movements: mine('warehouse_id', 'my_warehouses'),
  batch_recipients: mine('order_id', 'my_orders'),
  batch_stock: mine('warehouse_id', 'my_warehouses'),
  serial_movements: mine('warehouse_id', 'my_warehouses'),
  serials: `((select warehouse_id from me) is null or ${mine('warehouse_id', 'my_warehouses')}) and (x.customer_id is null or ${mine('customer_id', 'my_customers')})`,
  contact_points: through('contact_id', 'contacts', mine('customer_id', 'my_customers')),
  credit_reviews: mine('customer_id', 'my_customers'),
  credit_standings: mine('customer_id', 'my_customers'),
  customer_documents: mine('customer_id', 'my_customers'),
  contacts: mine('customer_id', 'my_customers'),
  conversation_activity: `exists (select from public.conversations t join public.contacts c on c.id = t.contact_id where t.id = x.conversation_id and c.customer_id in (select id from my_customers))`,
  conversation_clocks: `exists (select from public.conversations t join public.contacts c on c.id = t.contact_id where t.id = x.conversation_id and c.customer_id in (select id from my_customers))`,
  ai_agent_runs: `exists (select from public.conversations t join public.contacts c on c.id = t.contact_id where t.id = x.conversation_id and c.customer_id in (select id from my_customers))`,
  order_requests: mine('customer_id', 'my_customers'),
  conversations: through('contact_id', 'contacts', mine('customer_id', 'my_customers')),
  inbox: mine('customer_id', 'my_customers'),
  container_holdings: '',
  container_balances: '',
  container_confirmations: mine('customer_id', 'my_customers'),
  container_write_offs: mine('customer_id', 'my_customers'),
  container_ledger: '',
  credit_note_items: `exists (select from public.credit_notes c join public.invoices i on i.id = c.invoice_id where c.id = x.credit_note_id and i.order_id in (select id from my_orders))`,
  credit_notes: through('invoice_id', 'invoices', mine('order_id', 'my_orders')),
  customer_addresses: mine('customer_id', 'my_customers'),
  customers: mine('id', 'my_customers'),
  delivery_proofs: mine('order_id', 'my_orders'),
  fulfilment_items: through('fulfilment_id', 'fulfilments', mine('order_id', 'my_orders')),
  fulfilments: mine('order_id', 'my_orders'),
  imports: 'x.created_by = (select user_id from me)',
  import_rows: through('import_id', 'imports', 'x.created_by = (select user_id from me)'),
  inventory: mine('warehouse_id', 'my_warehouses'),
  inventory_transactions: mine('warehouse_id', 'my_warehouses'),
  invoice_items: through('invoice_id', 'invoices', mine('order_id', 'my_orders')),
  invoices: mine('order_id', 'my_orders'),
  load_items: through('load_id', 'loads', mine('trip_id', 'my_trips')),
  loads: mine('trip_id', 'my_trips'),
  manual_adjustment_items: through(
    'adjustment_id',
    'manual_adjustments',
    mine('warehouse_id', 'my_warehouses'),
  ),
  manual_adjustments: mine('warehouse_id', 'my_warehouses'),
  notice_choices: `(x.customer_id is null or ${mine('customer_id', 'my_customers')})`,
  offload_documents: mine('trip_id', 'my_trips'),
  offload_items: through('offload_id', 'offload_documents', mine('trip_id', 'my_trips')),
  order_exceptions: mine('order_id', 'my_orders'),
  order_bundles: mine('order_id', 'my_orders'),
  order_discounts: mine('order_id', 'my_orders'),
  order_items: mine('order_id', 'my_orders'),
  order_template_items: '',
  order_templates: '',
  orders: mine('id', 'my_orders'),
  payment_allocations: mine('payment_id', 'my_payments'),
  payment_refunds: mine('payment_id', 'my_payments'),
  payments: mine('id', 'my_payments'),
  planning_changes: '',
  planning_orders: '',
  planning_runs: '',
  planning_sessions: '',
  planning_vehicles: '',
  kittings: mine('warehouse_id', 'my_warehouses'),
  depot_shifts: mine('warehouse_id', 'my_warehouses'),
  refills: mine('warehouse_id', 'my_warehouses'),
  reorder_suggestions: mine('warehouse_id', 'my_warehouses'),
  reservations: mine('warehouse_id', 'my_warehouses'),
  receivables: '',
  return_items: '',
  returns: '',
  similar_customers: mine('customer_id', 'my_customers'),
  similar_orders: mine('order_id', 'my_orders'),
  standing_orders: '',
  settlements: mine('trip_id', 'my_trips'),
  stock_count_batches: through(
    'stock_count_id',
    'stock_counts',
    mine('warehouse_id', 'my_warehouses'),
  ),
  stock_count_items: through(
    'stock_count_id',
    'stock_counts',
    mine('warehouse_id', 'my_warehouses'),
  ),
  stock_counts: mine('warehouse_id', 'my_warehouses'),
  stock_valuation: mine('warehouse_id', 'my_warehouses'),
  stock_values: mine('warehouse_id', 'my_warehouses'),
  purchase_orders: mine('warehouse_id', 'my_warehouses'),
  purchase_order_items: through(
    'purchase_order_id',
    'purchase_orders',
    mine('warehouse_id', 'my_warehouses'),
  ),
  purchase_receipts: through(
    'purchase_order_id',
    'purchase_orders',
    mine('warehouse_id', 'my_warehouses'),
  ),
  purchase_receipt_items: `x.receipt_id in ${RECEIPTS}`,
  purchase_receipt_batches: `x.receipt_item_id in (select i.id from public.purchase_receipt_items i where i.receipt_id in ${RECEIPTS})`,
  transfer_items: through(
    'transfer_id',
    'transfers',
    `(${mine('from_warehouse_id', 'my_warehouses')} or x.status = 'received' and ${mine('to_warehouse_id', 'my_warehouses')})`,
  ),
  transfer_receipts: through('transfer_id', 'transfers', BOTH_PLACES),
  transfers: BOTH_PLACES,
  delivery_code_tries: mine('trip_id', 'my_trips'),
  vehicle_checks: mine('trip_id', 'my_trips'),
  vehicle_positions: mine('trip_id', 'my_trips'),
  trip_goods: mine('trip_id', 'my_trips'),
  trip_stops: mine('trip_id', 'my_trips'),
  trips: mine('id', 'my_trips'),
  variances: mine('trip_id', 'my_trips'),
};
const RETURNS = `${mine('customer_id', 'my_customers')} and ${mine('warehouse_id', 'my_warehouses')}`;
SCOPES.returns = RETURNS;
SCOPES.return_items = through('return_id', 'returns', RETURNS);
const TEMPLATES = `${mine('customer_id', 'my_customers')} and x.warehouse_id = coalesce((select warehouse_id from me), x.warehouse_id) and (select role from me) <> 'driver'`;
SCOPES.order_templates = TEMPLATES;
SCOPES.order_template_items = through('template_id', 'order_templates', TEMPLATES);
SCOPES.standing_orders = through('template_id', 'order_templates', TEMPLATES);
const PLANS = `${mine('warehouse_id', 'my_warehouses')} and (select role from me) <> 'driver'`;
SCOPES.planning_sessions = PLANS;
SCOPES.planning_changes =
  SCOPES.planning_orders =
  SCOPES.planning_runs =
  SCOPES.planning_vehicles =
    through('planning_session_id', 'planning_sessions', PLANS);
SCOPES.receivables = `x.customer_id in (select i.customer_id from public.invoices i where i.balance > 0 and i.order_id in (select id from my_orders))`;
SCOPES.container_ledger =
  SCOPES.container_holdings =
  SCOPES.container_balances =
    `(x.holder = 'customer' and x.holder_id in (select id from my_customers) or x.holder <> 'customer' and x.holder_id = (select warehouse_id from me))`;

/** Accounts whose leads and deals somebody sees, and the teams whose pipelines he does. */
const LED = `with recursive led as (
    select t.id from public.teams t join public.team_members m on m.team_id = t.id and m.is_lead where m.membership_id = $2 and t.is_active
    union select t.id from public.teams t join led on led.id = t.parent_id where t.is_active
  )`;
const LINE = `(select user_id from me union (${LED} select p.user_id from led join public.team_members m on m.team_id = led.id join public.memberships p on p.id = m.membership_id))`;
const TEAMS = `(select m.team_id from public.team_members m join public.teams t on t.id = m.team_id and t.is_active where m.membership_id = $2 union (${LED} select id from led))`;
const OWN_DEALS = `x.owner_id in ${LINE}`;
const OWN_LEADS = `(x.owner_id is null or ${OWN_DEALS})`;
const OWN_PIPELINES = `(x.team_id is null or x.team_id in ${TEAMS})`;

const OWN_COMMISSIONS = `x.user_id = (select user_id from me)`;
const OWN_ASSETS = `x.holder_id = (select user_id from me)`;

/** What those see of sales, of what is spent and of each other who do not hold the right to see all of it. */
const SALES: Record<string, { all: string; own: string }> = {
  appointments: { all: 'appointments.view_all', own: `x.agent_id in ${LINE}` },
  availability: { all: 'appointments.view_all', own: `x.agent_id in ${LINE}` },
  availability_exceptions: { all: 'appointments.view_all', own: `x.agent_id in ${LINE}` },
  commission_entries: {
    all: 'commissions.view_all',
    own: through('statement_id', 'commission_statements', OWN_COMMISSIONS),
  },
  commission_plans: {
    all: 'commissions.view_all',
    own: `(x.person_id = (select user_id from me) or x.team_id in ${TEAMS} or x.person_id is null and x.team_id is null)`,
  },
  commission_statements: { all: 'commissions.view_all', own: OWN_COMMISSIONS },
  assets: { all: 'assets.view_all', own: OWN_ASSETS },
  maintenance_jobs: { all: 'assets.view_all', own: through('asset_id', 'assets', OWN_ASSETS) },
  maintenance_plans: { all: 'assets.view_all', own: through('asset_id', 'assets', OWN_ASSETS) },
  shifts: { all: 'shifts.view_all', own: `x.person_id = (select user_id from me)` },
  leave_requests: {
    all: 'leave.view_all',
    own: `(x.created_by = (select user_id from me) or x.person_id = (select user_id from me))`,
  },
  tickets: {
    all: 'tickets.view_all',
    own: `(x.assignee_id is null or x.assignee_id in ${LINE} or x.created_by = (select user_id from me))`,
  },
  attachments: {
    all: 'contracts.view_all',
    own: `(x.document_kind <> 'contract' or x.document_id in (select c.id from public.contracts c where c.owner_id in ${LINE}))`,
  },
  contracts: { all: 'contracts.view_all', own: OWN_DEALS },
  contract_terms: {
    all: 'contracts.view_all',
    own: through('contract_id', 'contracts', OWN_DEALS),
  },
  expenses: {
    all: 'expenses.view_all',
    own: `(x.created_by = (select user_id from me) or x.payee_id = (select user_id from me))`,
  },
  kpi_targets: {
    all: 'kpis.view_all',
    own: `(x.person_id in ${LINE} or x.team_id in ${TEAMS})`,
  },
  leads: { all: 'leads.view_all', own: OWN_LEADS },
  similar_leads: {
    all: 'leads.view_all',
    own: `${through('lead_id', 'leads', OWN_LEADS)} and ${through('other_id', 'leads', OWN_LEADS)}`,
  },
  deals: { all: 'deals.view_all', own: OWN_DEALS },
  deal_items: { all: 'deals.view_all', own: through('deal_id', 'deals', OWN_DEALS) },
  deal_forecast: { all: 'deals.view_all', own: OWN_DEALS },
  proposals: { all: 'deals.view_all', own: through('deal_id', 'deals', OWN_DEALS) },
  proposal_items: {
    all: 'deals.view_all',
    own: `x.proposal_id in (select p.id from public.proposals p join public.deals d on d.id = p.deal_id where d.owner_id in ${LINE})`,
  },
  pipelines: { all: 'deals.view_all', own: OWN_PIPELINES },
  pipeline_stages: {
    all: 'deals.view_all',
    own: through('pipeline_id', 'pipelines', OWN_PIPELINES),
  },
};

/** Documents whose readers also read what happened to them. */
const DOCUMENTS: Record<string, string> = {
  appointment: 'appointments',
  commission_statement: 'commission_statements',
  asset: 'assets',
  leave_request: 'leave_requests',
  maintenance_job: 'maintenance_jobs',
  contract: 'contracts',
  conversation: 'conversations',
  credit_note: 'credit_notes',
  deal: 'deals',
  expense: 'expenses',
  lead: 'leads',
  customer: 'customers',
  import: 'imports',
  invoice: 'invoices',
  adjustment: 'manual_adjustments',
  batch: 'batches',
  offload: 'offload_documents',
  order: 'orders',
  payment: 'payments',
  planning_session: 'planning_sessions',
  return: 'returns',
  settlement: 'settlements',
  stock_count: 'stock_counts',
  task: 'tasks',
  ticket: 'tickets',
  container_write_off: 'container_write_offs',
  kitting: 'kittings',
  depot_shift: 'depot_shifts',
  proposal: 'proposals',
  purchase_order: 'purchase_orders',
  refill: 'refills',
  transfer: 'transfers',
  trip: 'trips',
  variance: 'variances',
  vendor: 'vendors',
};

/** Messages that open no account, and invitations into a role that the reader could give himself. */
const NO_LINKS = `x.permission = 'messages.view'`;
const OWN_OR_LOWER_LINKS = `(${NO_LINKS} or exists (
  select from public.invitations i join public.role_ranks invited on invited.role = i.role, me join public.role_ranks reader on reader.role = me.role
  where i.id = x.entity_id and invited.rank <= reader.rank))`;

/** What is said with a customer, or told him. */
const WITH_A_CUSTOMER = `x.contact_id is not null and x.permission in ('messages.view', 'conversations.view')`;
const OF_MY_CUSTOMERS = through('contact_id', 'contacts', mine('customer_id', 'my_customers'));

/** Whoever has written to the company stays. */
const NEVER_WROTE = 'not exists (select from public.contact_points p where p.contact_id = x.id)';

export function isLimited(person: Person): boolean {
  return ['customer', 'driver'].includes(person.role) || ['depot', 'coast'].includes(person.name);
}

/** Customers that are one's own to sell to, for those who change no others. */
const MINE_TO_SELL_TO = `(c.sales_rep_id = (select id from me) or (c.sales_rep_id is null and (c.created_by = (select user_id from me)
  or c.territory_id in (select r.territory_id from public.territory_reps r join me on r.membership_id = me.id))))`;
const OWN_TO_SELL_TO: Record<string, string> = {
  customers: `exists (select from public.customers c where c.id = x.id and ${MINE_TO_SELL_TO})`,
  customer_addresses: `exists (select from public.customers c where c.id = x.customer_id and ${MINE_TO_SELL_TO})`,
  customer_documents: `exists (select from public.customers c where c.id = x.customer_id and ${MINE_TO_SELL_TO})`,
  contacts: `(x.customer_id is null or exists (select from public.customers c where c.id = x.customer_id and ${MINE_TO_SELL_TO}))`,
};

/** Whether somebody works in the company: its customers do not. */
const works = (person: Person) => !['stranger', 'customer'].includes(person.role);

export class Expectation {
  readonly #admin: Session;
  readonly #published: PublishedMatrix;
  readonly #seen = new Map<string, Promise<Set<string>>>();

  /** \`admin\` sees everything; \`published\` is what docs/permissions.md says. */
  constructor(admin: Session, published: PublishedMatrix) {
    this.#admin = admin;
    this.#published = published;
  }

  holds(person: Person, permission: string): boolean {
    if (person.role === 'super_admin') return true;
    return this.#published.rights.get(person.role)?.has(permission) ?? false;
  }

  isPublished(table: string, command: string): boolean {
    return this.#published.access.get(table)?.has(command) ?? false;
  }

  /** The rows that a person of a company may select, update or delete. */
  rows(company: Company, person: Person, table: string, command: string): Promise<Set<string>> {
    const name = [company.slug, person.name, table, command].join(' ');
    const known = this.#seen.get(name);
    if (known) return known;
    const found = this.#find(company, person, table, command);
    this.#seen.set(name, found);
    return found;
  }

  /** Whether a person may insert a row that belongs to a customer (null: to none). */
  async mayInsert(
    company: Company,
    person: Person,
    table: string,
    customer: string | null,
  ): Promise<boolean> {
    const audience = parseAudience(this.#published.access.get(table)?.get('insert') ?? '');
    if (audience.groups.includes('self')) return works(person);
    if (!audience.permissions.some((permission) => this.holds(person, permission))) return false;
    if (!audience.isScoped || customer === null) return true;
    return (await this.rows(company, person, 'customers', 'select')).has(customer);
  }

  async #find(
    company: Company,
    person: Person,
    table: string,
    command: string,
  ): Promise<Set<string>> {
    const text = this.#published.access.get(table)?.get(command);
    if (text === undefined) return new Set();
    const { permissions, groups, isScoped } = parseAudience(text);
    const conditions: string[] = [];
    if (permissions.some((permission) => this.holds(person, permission))) {
      conditions.push(this.#open(person, table, isScoped));
    }
    if (groups.includes('members') && works(person)) conditions.push(ofCompany(table));
    if (groups.includes('self')) {
      conditions.push(`x.${table === 'users' ? 'id' : 'user_id'} = $3`);
    }
    if (groups.includes('role')) {
      conditions.push(`x.tenant_id = $1 and x.shared_with = (select role from me)`);
    }
    if (groups.includes('super admins') && person.role === 'super_admin') conditions.push('true');
    if (table === 'contacts' && command === 'delete' && conditions.length > 0) {
      conditions.splice(0, conditions.length, `(${conditions.join(' or ')}) and ${NEVER_WROTE}`);
    }
    if (command !== 'select' && !this.holds(person, 'customers.edit_all')) {
      const edited = OWN_TO_SELL_TO[table];
      if (edited)
        conditions.splice(0, conditions.length, ...conditions.map((it) => `(${it}) and ${edited}`));
    }
    const visible = await this.#keys(company, person, table, conditions);
    if (groups.includes('document readers')) {
      for (const key of await this.#documentHistory(company, person)) visible.add(key);
    }
    if (groups.includes('record readers') && works(person)) {
      for (const key of await this.#registered(company, person, table)) visible.add(key);
    }
    if (command === 'select') return visible;
    const readable = await this.rows(company, person, table, 'select');
    return new Set([...visible].filter((key) => readable.has(key)));
  }

  #open(person: Person, table: string, isScoped: boolean): string {
    const limits = [ofCompany(table)];
    if (table === 'messages' && person.role !== 'super_admin') {
      const links = this.holds(person, 'users.manage') ? OWN_OR_LOWER_LINKS : NO_LINKS;
      const talk = isLimited(person)
        ? `${WITH_A_CUSTOMER} and ${OF_MY_CUSTOMERS}`
        : WITH_A_CUSTOMER;
      const parts = [
        ...(this.holds(person, 'messages.view') ? [links] : []),
        ...(this.holds(person, 'conversations.view') ? [talk] : []),
      ];
      limits.push(`(${parts.join(' or ')})`);
    }
    const sales = SALES[table];
    if (sales && !this.holds(person, sales.all)) limits.push(sales.own);
    if (isScoped && isLimited(person) && (!sales || SCOPES[table]))
      limits.push(SCOPES[table] ?? 'false');
    if (table === 'list_views') limits.push('x.shared_with is not null');
    return `(${limits.join(' and ')})`;
  }

  async #keys(
    company: Company,
    person: Person,
    table: string,
    conditions: string[],
  ): Promise<Set<string>> {
    if (conditions.length === 0) return new Set();
    const rows = await this.#admin.query<{ key: string }>(
      `${MINE} select ${keyOf(table)} as key from public.${table} x
       where (${conditions.join(' or ')}) and $1::uuid is not null and ($2::uuid is null or true) and ($3::uuid is null or true)`,
      [company.tenantId, person.membershipId, person.userId],
    );
    return new Set(rows.map((row) => row.key));
  }

  async #documentHistory(company: Company, person: Person): Promise<string[]> {
    const keys: string[] = [];
    for (const [machine, table] of Object.entries(DOCUMENTS)) {
      const documents = await this.rows(company, person, table, 'select');
      const rows = await this.#admin.query<{ key: string }>(
        `select x.id::text as key from public.transition_executions x
         where x.tenant_id = $1 and x.machine = $2 and x.entity_id = any ($3)`,
        [company.tenantId, machine, [...documents]],
      );
      keys.push(...rows.map((row) => row.key));
    }
    return keys;
  }

  /** Rows of a registry about records that the person sees, of sources that he may know of. */
  async #registered(company: Company, person: Person, registry: string): Promise<string[]> {
    const kinds = await this.#admin.query<{ kind: string; table_name: string }>(
      `select k.kind, k.table_name from private.kind_tables() k
       where k.kind in (select x.entity_type from public.${registry} x where x.tenant_id = $1)`,
      [company.tenantId],
    );
    const sources = await this.#admin.query<{ source: string; permission: string | null }>(
      'select s.source, s.permission from private.registry_sources s where s.registry = $1',
      [registry],
    );
    const known = sources
      .filter(({ permission }) => permission === null || this.holds(person, permission))
      .map(({ source }) => source);
    const keys: string[] = [];
    for (const { kind, table_name: table } of kinds) {
      const records = await this.rows(company, person, table, 'select');
      const rows = await this.#admin.query<{ key: string }>(
        `select x.id::text as key from public.${registry} x
         where x.tenant_id = $1 and x.entity_type = $2 and x.entity_id = any ($3) and x.source = any ($4)
           and x.visibility <> 'private'`,
        [company.tenantId, kind, [...records], known],
      );
      keys.push(...rows.map((row) => row.key));
    }
    return keys;
  }
}
