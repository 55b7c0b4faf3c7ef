/**
 * Who may read and write which rows of his own company, stated by hand. `docs/permissions.md`
 * publishes it, `tests/database/_rules` holds it against the policies and grants, and
 * `tests/database/_isolation` against what really happens.
 *
 * Words: a permission; `members` (whoever works in the company, in whichever role but customer); `self`
 * (rows about oneself); `role` (rows shared with
 * one's role); `super admins`; `document readers` (whoever sees the document the row is
 * about). `in scope` after them: people limited to a customer, a territory, a warehouse or their own
 * trips see and write only rows inside that limit; of leads, deals and pipelines everybody without `*.view_all` sees
 * his own, those of the teams that he leads, and what is nobody's.
 */
export const COMMANDS = ['select', 'insert', 'update', 'delete'] as const;
export type Command = (typeof COMMANDS)[number];

/** Commands that are not named are given to nobody. */
export type Access = Partial<Record<Command, string>>;

const edited = (view: string, edit: string): Access => ({
  select: view,
  insert: edit,
  update: edit,
});

export const ACCESS: Record<string, Access> = {
  address_positions: { select: 'customers.view in scope' },
  deal_forecast: { select: 'deals.view in scope' },
  deal_items: { select: 'deals.view in scope' },
  deals: { select: 'deals.view in scope' },
  lead_captures: { select: 'leads.view_all' },
  lead_routes: { ...edited('leads.view', 'sales.manage'), delete: 'sales.manage' },
  lead_score_rules: edited('leads.view', 'sales.manage'),
  lead_sources: edited('leads.view', 'sales.manage'),
  lead_vendor_results: { select: 'leads.view_all' },
  lead_vendors: edited('leads.view', 'sales.manage'),
  leads: { select: 'leads.view in scope' },
  lost_reasons: edited('deals.view', 'sales.manage'),
  pipeline_stages: edited('deals.view in scope', 'sales.manage'),
  pipelines: edited('deals.view in scope', 'sales.manage'),
  similar_leads: { select: 'leads.view in scope' },
  team_members: { ...edited('leads.view', 'sales.manage'), delete: 'sales.manage' },
  teams: edited('leads.view', 'sales.manage'),
  approvals: { select: 'users.view' },
  attachments: { select: 'comments.view in scope' },
  audit_logs: { select: 'audit.view' },
  canned_replies: {
    ...edited('conversations.view', 'conversations.reply'),
    delete: 'conversations.reply',
  },
  channels: edited('conversations.view or settings.manage', 'settings.manage'),
  comments: { select: 'comments.view in scope' },
  own_field_values: { select: 'comments.view in scope' },
  record_tags: { select: 'comments.view in scope' },
  tags: edited('comments.view', 'settings.manage'),
  tasks: { select: 'comments.view in scope' },
  contact_points: { select: 'customers.view in scope' },
  conversation_activity: { select: 'conversations.view in scope' },
  conversations: { select: 'conversations.view in scope' },
  contacts: {
    select: 'customers.view in scope',
    insert: 'customers.create in scope',
    update: 'customers.edit in scope',
    delete: 'customers.edit in scope',
  },
  adjustment_batches: { select: 'inventory.view in scope' },
  adjustment_costs: { select: 'prices.edit or reports.view in scope' },
  adjustment_reasons: edited('inventory.view', 'settings.manage'),
  failure_reasons: edited('trips.view', 'settings.manage'),
  batch_balances: { select: 'inventory.view' },
  batch_movements: { select: 'inventory.view in scope' },
  batch_recipients: { select: 'inventory.view in scope' },
  batch_stock: { select: 'inventory.view in scope' },
  batches: { select: 'inventory.view' },
  container_confirmations: { select: 'inventory.view in scope' },
  serial_movements: { select: 'inventory.view in scope' },
  serials: { select: 'inventory.view in scope' },
  container_balances: { select: 'inventory.view in scope' },
  container_ledger: { select: 'inventory.view in scope' },
  customer_addresses: {
    select: 'customers.view in scope',
    insert: 'customers.create in scope',
    update: 'customers.edit in scope',
  },
  customer_documents: {
    select: 'customers.view in scope',
    insert: 'customers.edit in scope',
    update: 'customers.edit in scope',
    delete: 'customers.edit in scope',
  },
  customers: {
    select: 'customers.view in scope',
    insert: 'customers.create',
    update: 'customers.edit in scope',
  },
  delivery_proofs: { select: 'orders.view in scope' },
  drivers: edited('trips.view', 'trips.edit'),
  event_store: { select: 'audit.view or document readers' },
  events: { select: 'audit.view or document readers' },
  fulfilment_items: { select: 'orders.view in scope' },
  fulfilments: { select: 'orders.view in scope' },
  import_rows: { select: 'imports.view in scope' },
  imports: { select: 'imports.view in scope' },
  holidays: { ...edited('orders.view', 'settings.manage'), delete: 'settings.manage' },
  inbox: { select: 'conversations.view in scope' },
  inventory: { select: 'inventory.view in scope', update: 'inventory.edit in scope' },
  inventory_transactions: { select: 'inventory.view in scope' },
  invitations: { select: 'users.manage' },
  invoice_items: { select: 'invoices.view in scope' },
  invoices: { select: 'invoices.view in scope' },
  late_postings: { select: 'months.view' },
  list_views: {
    select: 'settings.manage or self or role',
    insert: 'self',
    update: 'self',
    delete: 'settings.manage or self',
  },
  load_items: { select: 'trips.view in scope' },
  loads: { select: 'trips.view in scope' },
  manual_adjustment_items: { select: 'inventory.view in scope' },
  manual_adjustments: { select: 'inventory.view in scope' },
  memberships: { select: 'users.view or self' },
  message_templates: { ...edited('messages.view', 'settings.manage'), delete: 'settings.manage' },
  message_texts: { select: 'members' },
  company_holidays: { ...edited('members', 'settings.manage'), delete: 'settings.manage' },
  working_hours: { ...edited('members', 'settings.manage'), delete: 'settings.manage' },
  notice_choices: { select: 'customers.view in scope' },
  notice_kinds: { select: 'members' },
  messages: { select: 'messages.view or conversations.view' },
  months: { select: 'months.view' },
  offload_documents: { select: 'trips.view in scope' },
  offload_items: { select: 'trips.view in scope' },
  order_template_items: { select: 'orders.view in scope' },
  order_templates: { select: 'orders.view in scope' },
  order_bundles: { select: 'orders.view in scope' },
  order_discounts: { select: 'orders.view in scope' },
  order_items: { select: 'orders.view in scope' },
  order_exceptions: { select: 'orders.view in scope' },
  orders: { select: 'orders.view in scope' },
  payment_allocations: { select: 'payments.view in scope' },
  payment_refunds: { select: 'payments.view in scope' },
  credit_notes: { select: 'invoices.view in scope' },
  credit_note_items: { select: 'invoices.view in scope' },
  receivables: { select: 'invoices.view in scope' },
  returns: { select: 'returns.view in scope' },
  similar_customers: { select: 'customers.create in scope' },
  similar_orders: { select: 'orders.view in scope' },
  settlements: { select: 'trips.view in scope' },
  return_items: { select: 'returns.view in scope' },
  payments: { select: 'payments.view in scope' },
  permissions: { select: 'members' },
  price_list_items: { ...edited('prices.view', 'prices.edit'), delete: 'prices.edit' },
  price_lists: edited('prices.view', 'prices.edit'),
  order_requests: { select: 'conversations.view in scope' },
  product_words: { ...edited('products.view', 'products.edit'), delete: 'products.edit' },
  product_barcodes: { ...edited('products.view', 'products.edit'), delete: 'products.edit' },
  product_components: { ...edited('products.view', 'products.edit'), delete: 'products.edit' },
  product_costs: edited('prices.edit or reports.view', 'prices.edit'),
  product_families: edited('products.view', 'products.edit'),
  product_packs: { ...edited('products.view', 'products.edit'), delete: 'products.edit' },
  promotion_products: { insert: 'prices.edit', select: 'prices.view', delete: 'prices.edit' },
  promotions: edited('prices.view', 'prices.edit'),
  products: edited('products.view', 'products.edit'),
  kittings: { select: 'inventory.view in scope' },
  depot_shifts: { select: 'inventory.view in scope' },
  refills: { select: 'inventory.view in scope' },
  reorder_suggestions: { select: 'inventory.view in scope' },
  reservations: { select: 'inventory.view in scope' },
  role_permissions: { select: 'members' },
  role_ranks: { select: 'members' },
  standing_orders: { select: 'orders.view in scope' },
  statement_lines: { select: 'payments.reconcile', insert: 'payments.reconcile' },
  paybills: { select: 'payments.reconcile', insert: 'settings.manage', update: 'settings.manage' },
  stock_count_batches: { select: 'inventory.view in scope' },
  stock_count_items: { select: 'inventory.view in scope' },
  stock_counts: { select: 'inventory.view in scope' },
  stock_valuation: { select: 'reports.view in scope' },
  stock_values: { select: 'reports.view in scope' },
  tax_devices: edited('settings.manage', 'settings.manage'),
  tax_submissions: { select: 'settings.manage' },
  taxes: edited('products.view', 'prices.edit'),
  tenant_role_permissions: { select: 'users.view' },
  tenant_settings: { select: 'members', update: 'settings.manage' },
  tenants: { select: 'members or super admins' },
  territories: edited('territories.view', 'territories.edit'),
  territory_reps: {
    select: 'territories.view',
    insert: 'territories.edit',
    delete: 'territories.edit',
  },
  transfer_items: { select: 'inventory.view in scope' },
  transfer_receipts: { select: 'inventory.view in scope' },
  transfers: { select: 'inventory.view in scope' },
  transition_executions: { select: 'audit.view or document readers' },
  planning_changes: { select: 'trips.view in scope' },
  planning_orders: { select: 'trips.view in scope' },
  planning_runs: { select: 'trips.view in scope' },
  planning_sessions: { select: 'trips.view in scope' },
  planning_vehicles: { select: 'trips.view in scope' },
  trip_goods: { select: 'trips.view in scope' },
  trip_stops: { select: 'trips.view in scope' },
  trips: { select: 'trips.view in scope' },
  users: { select: 'users.view or self', update: 'self' },
  variances: { select: 'variances.view in scope' },
  vehicles: edited('trips.view', 'trips.edit'),
  webhook_deliveries: { select: 'settings.manage' },
  webhooks: { ...edited('settings.manage', 'settings.manage'), delete: 'settings.manage' },
  warehouses: edited('warehouses.view', 'warehouses.edit'),
  whatsapp_templates: {
    ...edited('conversations.view', 'settings.manage'),
    delete: 'settings.manage',
  },
  workflow_definitions: {
    ...edited('settings.manage', 'settings.manage'),
    delete: 'settings.manage',
  },
};

export interface Audience {
  permissions: string[];
  /** The words that are not permissions. */
  groups: string[];
  isScoped: boolean;
}

export function parseAudience(text: string): Audience {
  const isScoped = text.endsWith(' in scope');
  const words = text.replace(/ in scope$/, '').split(' or ');
  return {
    permissions: words.filter((word) => word.includes('.')),
    groups: words.filter((word) => !word.includes('.')),
    isScoped,
  };
}
