import type { Session } from '../../harness/database.ts';
import type { Company } from './company.ts';

export interface NewRow {
  /** The customer the row belongs to, null for none. */
  customer: string | null;
  values: Record<string, unknown>;
  /** The values that are ids of other rows of the company. */
  references: string[];
}

interface Ids {
  customer: string;
  product: string;
  bareProduct: string;
  priceList: string;
  promotion: string;
  bundle: string;
  warehouse: string;
  territory: string;
  centre: string;
  membership: string;
  team: string;
  kpi: string;
  pipeline: string;
  asset: string;
  account: string;
}

async function idsOf(admin: Session, company: Company): Promise<Ids> {
  return admin.one<Ids & Record<string, unknown>>(
    `select
       (select m.customer_id from public.memberships m where m.tenant_id = $1 and m.role = 'customer') as customer,
       (select p.id from public.products p where p.tenant_id = $1 and p.base_price > 0 order by p.sku limit 1) as product,
       (select p.id from public.products p where p.tenant_id = $1
         and not exists (select from public.product_costs k where k.product_id = p.id) order by p.sku limit 1) as "bareProduct",
       (select l.id from public.price_lists l where l.tenant_id = $1 order by l.name limit 1) as "priceList",
       (select p.id from public.promotions p where p.tenant_id = $1 order by p.name limit 1) as promotion,
       (select p.id from public.products p where p.tenant_id = $1 and p.composition = 'bundle' order by p.sku limit 1) as bundle,
       (select w.id from public.warehouses w where w.tenant_id = $1 and w.code = 'NBO') as warehouse,
       (select t.id from public.territories t where t.tenant_id = $1 and t.code = 'KLF') as territory,
       (select t.id from public.territories t where t.tenant_id = $1 and t.code = 'NBO') as centre,
       (select m.id from public.memberships m where m.tenant_id = $1 and m.role = 'sales' and m.territory_id is null) as membership,
       (select t.id from public.teams t where t.tenant_id = $1 and t.name = 'Coast') as team,
       (select k.id from public.kpi_definitions k where k.tenant_id = $1 order by k.place limit 1) as kpi,
       (select p.id from public.pipelines p where p.tenant_id = $1 and p.name = 'Sales') as pipeline,
       (select a.id from public.assets a where a.tenant_id = $1 and a.holder_id is null limit 1) as asset,
       (select m.user_id from public.memberships m where m.tenant_id = $1 and m.role = 'sales' and m.territory_id is null) as account`,
    [company.tenantId],
  );
}

/** A row for every table that people write themselves, with references into the given company. */
export async function newRows(admin: Session, company: Company): Promise<Record<string, NewRow>> {
  const ids = await idsOf(admin, company);
  const row = (
    values: Record<string, unknown>,
    references: Record<string, string> = {},
    customer: string | null = null,
  ): NewRow => ({
    customer,
    values: { ...values, ...references },
    references: Object.keys(references),
  });
  return {
    door_outcomes: row({ name: 'Moved away', kind: 'refusal', place: 9 }),
    doors: row({ address: 'Other Lane 1' }, { territory_id: ids.territory }),
    appointment_types: row({ name: 'Demonstration' }, { team_id: ids.team }),
    availability: row({ weekday: 2, opens: '08:00', closes: '12:00' }),
    availability_exceptions: row({ day: '2026-12-24' }),
    kpi_definitions: row({ name: 'Isolated', measure: 'deliveries_made' }),
    kpi_targets: row({ month: '2020-01-01', target: 5 }, { kpi_id: ids.kpi, team_id: ids.team }),
    lead_routes: row({ place: 3 }, { team_id: ids.team, territory_id: ids.territory }),
    lead_score_rules: row({ name: 'Anything', condition: true, points: 1 }),
    lead_sources: row({ name: 'Radio' }),
    lead_vendors: row({ name: 'Other leads' }),
    lost_reasons: row({ name: 'Too far' }),
    vendors: row({ name: 'Other mills' }),
    inbox_agents: row({ capacity: 3 }, { membership_id: ids.membership }),
    service_levels: row({ priority: 'urgent', answer_within: 60, resolve_within: 600 }),
    working_hours: row({ weekday: 'sunday', opens_at: '03:00', closes_at: '04:00' }),
    pipelines: row({ name: 'Second' }, { team_id: ids.team }),
    pipeline_stages: row(
      { name: 'Sample', place: 9, probability: 50 },
      { pipeline_id: ids.pipeline },
    ),
    team_members: row({}, { team_id: ids.team, membership_id: ids.membership }),
    teams: row({ name: 'Second team' }, { parent_id: ids.team }),
    ai_agents: row({ name: 'Night', tools: ['find_products'] }),
    canned_replies: row({ shortcut: 'thanks', body: 'Thank you, {contact}!' }),
    channels: row({ name: 'Mail to us', kind: 'email' }),
    customer_documents: row(
      { kind: 'Licence', valid_until: '2199-01-01' },
      { customer_id: ids.customer },
      ids.customer,
    ),
    contacts: row({ name: 'Gate keeper' }, { customer_id: ids.customer }, ids.customer),
    customer_addresses: row(
      {
        label: 'Back door',
        street: 'Lane 1',
        city: 'Nairobi',
        country: 'KE',
        phone: '+254711000333',
      },
      { customer_id: ids.customer },
      ids.customer,
    ),
    customers: row(
      { name: 'Corner shop' },
      { territory_id: ids.territory, sales_rep_id: ids.membership, price_list_id: ids.priceList },
    ),
    drivers: row({ name: 'Stand-in' }, { membership_id: ids.membership }),
    holidays: row({ day: '2026-12-12', name: 'Jamhuri Day' }),
    list_views: row({ list: '/orders', name: 'Sample' }),
    price_list_items: row(
      { min_quantity: 7777, price: 5 },
      { price_list_id: ids.priceList, product_id: ids.product },
    ),
    paybills: row({ name: 'Till of the shop', short_code: '174379' }),
    price_lists: row({ name: 'Centre' }, { territory_id: ids.centre }),
    product_components: row(
      { quantity: 3 },
      { product_id: ids.bundle, component_id: ids.bareProduct },
    ),
    promotion_products: row({}, { promotion_id: ids.promotion, product_id: ids.product }),
    promotions: row(
      { name: 'Sample', kind: 'free_goods', get_quantity: 1 },
      { gift_product_id: ids.product, territory_id: ids.centre },
    ),
    product_barcodes: row({ code: '96385074' }, { product_id: ids.product }),
    product_words: row({ word: 'soda' }, { product_id: ids.product }),
    product_costs: row({ cost_price: 1 }, { product_id: ids.bareProduct }),
    product_families: row({ name: 'Sample', attributes: '{Size}' }),
    product_packs: row({ name: 'tower', factor: 9 }, { product_id: ids.product }),
    products: row(
      { sku: 'ISO-1', name: 'Sample', unit: 'piece', base_price: 1 },
      { container_product_id: ids.bareProduct },
    ),
    statement_lines: row({
      source: 'bank',
      reference: 'ISO-1',
      amount: 1,
      posted_at: '2026-11-20T00:00:00Z',
    }),
    message_templates: row({
      event: 'order.failed',
      channel: 'sms',
      language: 'sw',
      body: 'Pole',
    }),
    tags: row({ name: 'Sample' }),
    taxes: row({ name: 'Levy', percent: 2 }),
    territories: row({ code: 'ISO', name: 'Sample' }, { parent_id: ids.territory }),
    territory_reps: row({}, { territory_id: ids.territory, membership_id: ids.membership }),
    vehicles: row(
      { registration: 'ISO 1', name: 'Sample', capacity_kg: 1, capacity_l: 1, capacity_units: 1 },
      { home_warehouse_id: ids.warehouse },
    ),
    adjustment_reasons: row({ name: 'Isolated', effect: 'both' }),
    commission_plans: row(
      {
        name: 'Isolated',
        basis: 'received_money',
        rate: 5,
        valid_from: '2020-01-01',
        valid_until: '2020-02-01',
      },
      { team_id: ids.team },
    ),
    expense_categories: row({ name: 'Isolated' }),
    asset_kinds: row({ name: 'Isolated' }),
    contract_kinds: row({ name: 'Isolated' }),
    ticket_categories: row({ name: 'Isolated' }),
    maintenance_plans: row(
      { name: 'Isolated', every_days: 30, starts_on: '2030-01-01' },
      { asset_id: ids.asset },
    ),
    shifts: row(
      { starts_at: '2030-01-01T05:00:00Z', ends_at: '2030-01-01T14:00:00Z' },
      { person_id: ids.account, warehouse_id: ids.warehouse },
    ),
    failure_reasons: row({ name: 'Isolated' }),
    vehicle_check_items: row({ name: 'Isolated' }),
    variance_codes: row({ code: 'isolated', name: 'Isolated' }),
    warehouses: row({ code: 'ISO', name: 'Sample', kind: 'shop' }),
    whatsapp_templates: row({ name: 'isolated', body: 'Hello {contact}' }),
    tax_devices: row({ taxpayer_pin: 'P051234567Z', control_unit: 'KRACU0100000002' }),
    webhooks: row({ name: 'Sample', url: 'https://crm.example/in', events: '{order.*}' }),
    workflow_definitions: row({ machine: 'customer', from_state: 'active', command: 'deactivate' }),
  };
}

/** Without \`returning\`, because that asks for the right to read as well. */
export async function insertRow(
  session: Session,
  table: string,
  values: Record<string, unknown>,
): Promise<void> {
  const columns = Object.keys(values);
  const row =
    columns.length === 0
      ? 'default values'
      : `(${columns.join(', ')}) values (${columns.map((_, n) => `$${n + 1}`).join(', ')})`;
  await session.query(`insert into public.${table} ${row}`, Object.values(values));
}
