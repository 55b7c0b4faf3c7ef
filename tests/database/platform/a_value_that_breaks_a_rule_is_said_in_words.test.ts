import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCatalogue } from '../../../scripts/generate/catalogue.ts';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';
import { attempt, type Refusal } from '../_isolation/attempt.ts';
import { openCompany, playedBy, type Company } from '../_isolation/company.ts';
import { insertRow, newRows, type NewRow } from '../_isolation/new_rows.ts';

type Values = Record<string, unknown>;

const LONG = 'x'.repeat(5000);
const LARGE = JSON.stringify(
  Object.fromEntries(Array.from({ length: 9000 }, (_, n) => [String((n * 7919) % 1000003), n])),
);

/** For every CHECK over what people write: values that break it and nothing else. */
const BROKEN: Record<string, Record<string, Values>> = {
  adjustment_reasons: { name_is_short: { name: ' Lost' } },
  commission_plans: {
    commission_rate_is_bounded: { rate: 0 },
    name_is_short: { name: ' Deals' },
    plan_days_are_ordered: { valid_until: '2019-12-31' },
    plan_is_of_one: {
      person_id: '00000000-0000-4000-8000-000000000001',
      team_id: '00000000-0000-4000-8000-000000000002',
    },
  },
  kpi_definitions: { name_is_short: { name: ' Calls' }, place_is_bounded: { place: 0 } },
  kpi_targets: {
    target_is_bounded: { target: 0 },
    target_is_of_one: {
      person_id: '00000000-0000-4000-8000-000000000001',
      team_id: '00000000-0000-4000-8000-000000000002',
    },
    target_month_begins: { month: '2020-01-02' },
  },
  asset_kinds: { name_is_short: { name: ' Cooler' } },
  contract_kinds: { name_is_short: { name: ' Supply' } },
  ticket_categories: { name_is_short: { name: ' Delivery' } },
  maintenance_plans: {
    plan_comes_round: { every_days: 0 },
    plan_day_is_near: { starts_on: '1999-12-31' },
    plan_name_is_short: { name: ' Clean it' },
  },
  shifts: {
    shift_note_is_short: { note: LONG },
    shift_time_is_near: { ends_at: '2030-01-03T05:00:00Z' },
  },
  expense_categories: { name_is_short: { name: ' Fuel' } },
  failure_reasons: { name_is_short: { name: ' Closed' } },
  vehicle_check_items: { name_is_short: { name: ' Tyres' }, place_is_bounded: { place: 0 } },
  variance_codes: { code_is_a_word: { code: 'Fell off' }, name_is_short: { name: ' Fell' } },
  customer_documents: {
    document_kind_is_short: { kind: ' ' },
    document_number_is_short: { reference: LONG },
    document_day_is_near: { valid_until: '1999-12-31' },
    what_blocks_ends: { valid_until: null, blocks_orders: true },
  },
  appointment_types: {
    appointment_lasts: { minutes: 0 },
    booking_limits_are_bounded: { per_day: 0 },
    booking_window_is_bounded: { horizon_days: 0 },
    buffers_are_bounded: { buffer_after: -1 },
    name_is_short: { name: ' Tasting' },
    slots_come_regularly: { every_minutes: 1 },
  },
  availability: { hours_are_ordered: { closes: '07:00' }, weekday_is_one: { weekday: 8 } },
  availability_exceptions: {
    exception_day_is_near: { day: '1999-12-31' },
    exception_hours_are_ordered: { opens: '08:00' },
  },
  lead_routes: { place_is_bounded: { place: 0 } },
  lead_score_rules: {
    name_is_short: { name: ' Large' },
    points_are_bounded: { points: 101 },
  },
  door_outcomes: {
    again_after_is_bounded: { again_after_days: 0 },
    left_alone_is_left_alone: { kind: 'do_not_knock', again_after_days: 2 },
    name_is_short: { name: ' Out' },
    place_is_bounded: { place: 0 },
  },
  doors: {
    address_is_short: { address: ' Lane 1' },
    door_note_is_bounded: { note: ' ' },
    position_is_complete: { latitude: 1 },
    position_is_on_earth: { latitude: 0, longitude: 181 },
    unit_is_short: { unit: LONG },
  },
  lead_sources: { name_is_short: { name: ' Fair' } },
  lead_vendors: {
    complaint_days_are_bounded: { complaint_days: -1 },
    contract_is_ordered: { contract_from: '2026-02-01', contract_until: '2026-01-01' },
    monthly_quota_is_bounded: { monthly_quota: 0 },
    name_is_short: { name: LONG },
    price_per_lead_is_bounded: { price_per_lead: -1 },
  },
  vendors: {
    address_is_bounded: { address: LONG },
    email_is_an_address: { email: 'nobody' },
    name_is_short: { name: ' Mills' },
    notes_are_bounded: { notes: LONG },
    over_receipt_is_bounded: { over_receipt_percent: 51 },
    payment_terms_are_bounded: { payment_terms_days: 366 },
    phone_is_e164: { phone: '12' },
    tax_id_is_short: { tax_id: LONG },
  },
  inbox_agents: { capacity_is_bounded: { capacity: 0 } },
  service_levels: {
    answer_within_a_month: { answer_within: 0 },
    resolve_within_a_month: { resolve_within: 0 },
  },
  working_hours: { closing_is_after_opening: { opens_at: '17:00', closes_at: '08:00' } },
  lost_reasons: { name_is_short: { name: ' Price' } },
  pipeline_stages: {
    name_is_short: { name: ' Offer' },
    place_is_bounded: { place: 0 },
    probability_fits_the_kind: { probability: 101 },
  },
  pipelines: {
    name_is_short: { name: ' Gas' },
    place_is_bounded: { place: 1001 },
    rotting_is_bounded: { rots_after_days: 0 },
  },
  teams: { name_is_short: { name: ' Coast' } },
  contacts: {
    email_is_an_address: { email: 'nobody' },
    name_is_not_blank: { name: ' ' },
    phone_is_e164: { phone: '0712' },
    role_is_short: { role: LONG },
  },
  ai_agents: {
    ai_agent_name_is_short: { name: LONG },
    persona_is_bounded: { persona: 'x'.repeat(4001) },
    answers_between_two_times: { answers_from: '08:00' },
    hands_over_soon: { hands_over_after: 0 },
    ai_budget_is_bounded: { answers_per_day: -1 },
    ai_prices_are_bounded: { price_in: -1 },
  },
  canned_replies: {
    canned_reply_is_bounded: { body: ' ' },
    shortcut_is_short: { shortcut: 'Good day' },
  },
  channels: {
    capacity_is_bounded: { capacity: 0 },
    channel_name_is_short: { name: ' ' },
    phone_number_id_is_metas: { phone_number_id: '+254' },
    reopens_within_a_year: { reopens_within_hours: -1 },
  },
  customer_addresses: {
    city_is_not_blank: { city: '' },
    address_parts_are_bounded: { region: LONG },
    country_is_a_code: { country: 'Kenya' },
    instructions_are_bounded: { instructions: LONG },
    label_is_not_blank: { label: ' ' },
    phone_is_e164: { phone: 'call me' },
    position_is_complete: { latitude: 1 },
    position_is_on_earth: { latitude: 91, longitude: 0 },
    street_is_not_blank: { street: LONG },
    window_is_ordered: { window_start: '12:00', window_end: '08:00' },
  },
  customers: {
    category_is_short: { category: LONG },
    code_is_short: { code: ' C-1' },
    contact_name_is_short: { contact_name: LONG },
    early_discount_is_one: { discount_percent: 5 },
    credit_limit_is_bounded: { credit_limit: -1 },
    customer_type_is_short: { customer_type: '' },
    email_is_an_address: { email: 'a b@c' },
    name_is_not_blank: { name: '' },
    notes_are_bounded: { notes: LONG },
    papers_speak_the_language: { language: 'fr' },
    payment_terms_are_bounded: { payment_terms_days: 366 },
    phone_is_e164: { phone: '+0' },
    tax_exemption_is_complete: { tax_exemption_reason: 'Embassy' },
    tax_id_is_short: { tax_id: LONG },
  },
  drivers: {
    licence_number_is_short: { licence_number: LONG },
    name_is_not_blank: { name: ' ' },
    phone_is_e164: { phone: 'by mail' },
  },
  holidays: { day_is_finite: { day: 'infinity' }, name_is_not_blank: { name: ' ' } },
  inventory: { reorder_point_is_bounded: { reorder_point: -1 } },
  list_views: {
    list_is_a_page: { list: 'orders' },
    name_is_not_blank: { name: ' ' },
    view_parts_are_a_small_object: { parts: '[]' },
  },
  message_templates: {
    message_body_is_bounded: { body: ' ' },
    placeholders_are_known: { body: 'Dear {custmer}' },
    subject_is_short: { subject: LONG.slice(0, 301) },
  },
  paybills: {
    paybill_name_is_short: { name: ' ' },
    short_code_is_a_short_code: { short_code: '12 34' },
  },
  price_list_items: {
    min_quantity_is_bounded: { min_quantity: 0 },
    price_is_bounded: { price: 'NaN' },
  },
  price_lists: {
    based_on_a_percentage: { based_on_percent: 5 },
    customer_type_is_short: { customer_type: LONG, territory_id: null },
    list_has_at_most_one_audience: { customer_type: 'kiosk' },
    name_is_not_blank: { name: LONG },
    validity_is_ordered: { valid_from: '2027-02-01', valid_to: '2027-01-01' },
  },
  product_families: {
    family_has_attributes: { attributes: '{}' },
    name_is_not_blank: { name: ' ' },
  },
  product_components: { component_quantity_is_bounded: { quantity: 0 } },
  promotion_products: {
    category_is_short: { product_id: null, category: LONG },
    promotion_covers_a_product_or_a_category: { category: 'Beer' },
  },
  promotions: {
    customer_type_is_short: { territory_id: null, customer_type: '' },
    name_is_not_blank: { name: ' ' },
    promotion_ends_after_it_begins: { valid_from: '2026-02-01', valid_to: '2026-01-01' },
    promotion_gives_what_its_kind_says: { percent: 5 },
    promotion_has_at_most_one_audience: { customer_type: 'retail' },
    promotion_limits_are_bounded: { budget_uses: 0 },
    promotion_takes_something_off: { get_quantity: 0 },
    promotion_thresholds_are_bounded: { min_quantity: 0 },
  },
  product_barcodes: {
    barcode_has_its_form: { code: '1234567' },
    barcode_is_right: { code: '4006381333932' },
  },
  product_words: { word_has_its_form: { word: 'x' } },
  product_costs: { cost_price_is_bounded: { cost_price: -0.01 } },
  product_packs: {
    factor_is_bounded: { factor: 0 },
    name_is_short: { name: 'pack ' },
  },
  products: {
    variant_is_of_a_family: { variant: '{Red}' },
    bundle_has_no_stock_of_its_own: { composition: 'bundle' },
    only_bundles_cost_their_parts: { costs_its_parts: true },
    base_price_is_bounded: { base_price: -1 },
    category_is_short: { category: LONG },
    content_differs: { content_quantity: 1 },
    content_is_bounded: { content_quantity: 0 },
    content_is_in_a_container: { content_quantity: 1 },
    deposit_is_bounded: { deposit_amount: 1e6 },
    description_is_bounded: { description: LONG },
    name_is_not_blank: { name: '' },
    order_quantities_are_bounded: { order_minimum: 0 },
    order_quantities_fit_unit: { order_multiple: 2.5 },
    order_range_holds_a_quantity: { order_minimum: 7, order_maximum: 9, order_multiple: 5 },
    product_is_not_its_own_container: {},
    serials_are_whole: { tracking: 'serial', allows_fractions: true, container_product_id: null },
    sku_is_short: { sku: '' },
    tax_rate_is_a_percentage: { tax_rate: 101 },
    unit_is_short: { unit: '' },
    volume_is_bounded: { volume_l: -1 },
    weight_is_bounded: { weight_kg: 100001 },
  },
  statement_lines: {
    amount_is_bounded: { amount: 0 },
    payer_is_short: { paid_by: LONG },
    posted_at_is_finite: { posted_at: 'infinity' },
    reference_is_short: { reference: '' },
    source_is_short: { source: LONG },
  },
  tags: { tag_name_is_short: { name: ' Tag' } },
  taxes: {
    name_is_short: { name: ' ' },
    tax_rate_is_a_percentage: { percent: 101 },
  },
  tenant_settings: {
    bank_details_are_not_blank: { bank_details: ' ' },
    business_rules_is_an_object: { business_rules: LARGE },
    contact_line_is_not_blank: { contact_line: LONG },
    currency_is_an_iso_code: { currency: 'shillings' },
    document_terms_are_not_blank: { document_terms: ' ' },
    feature_flags_is_an_object: { feature_flags: '[]' },
    legal_name_is_not_blank: { legal_name: ' ' },
    locale_is_a_language_tag: { locale: 'English' },
    logo_is_a_small_picture: { logo: 'data:image/svg+xml;base64,PHN2Zz4=' },
    mpesa_till_is_a_number: { mpesa_till: '12 34' },
    postal_address_is_not_blank: { postal_address: '' },
    tax_numbers_are_not_blank: { tax_numbers: ' ' },
    terminology_is_by_language: { terminology: '{"en": {"order": "Booking"}}' },
    type_definitions_is_an_object: { type_definitions: LARGE },
  },
  territories: {
    code_is_short: { code: LONG },
    name_is_not_blank: { name: '' },
    territory_is_not_its_own_parent: {},
  },
  users: {
    full_name_is_not_blank: { full_name: ' ' },
    language_is_spoken: { language: 'fr' },
    phone_is_e164: { phone: '123' },
  },
  whatsapp_templates: {
    placeholders_are_known: { event: 'order.failed', body: 'Hello {contact}' },
    template_body_is_bounded: { body: ' ' },
    template_event_is_short: { event: '', body: 'Hello' },
    template_language_is_a_code: { language: 'English' },
    template_name_is_metas: { name: 'Order Ready' },
  },
  tax_devices: {
    branch_has_two_digits: { branch: '1' },
    control_unit_is_short: { control_unit: 'A B' },
    tax_device_needs_its_key: { is_active: true },
    taxpayer_pin_is_of_the_authority: { taxpayer_pin: '051234567' },
  },
  vehicles: {
    capacities_are_bounded: { capacity_l: -1 },
    costs_are_bounded: { cost_per_km: 1e6 },
    name_is_not_blank: { name: ' ' },
    registration_is_short: { registration: 'KDA 101A and a trailer behind it' },
    shift_is_ordered: { shift_start: '18:00', shift_end: '07:00' },
  },
  warehouses: {
    address_is_bounded: { address: LONG },
    code_is_short: { code: '' },
    name_is_not_blank: { name: '' },
    only_depots_work_in_shifts: { kind: 'van', works_in_shifts: true },
    position_is_complete: { longitude: 1 },
    position_is_on_earth: { latitude: 0, longitude: 'NaN' },
    transit_is_never_chosen: { kind: 'transit' },
  },
  webhooks: {
    webhook_events_are_named: { events: '{order}' },
    webhook_name_is_short: { name: ' ' },
    webhook_url_is_an_address: { url: 'https://user@example.com/' },
  },
  workflow_definitions: {
    approvals_required_is_small: {
      from_state: 'pending_approval',
      command: 'approve',
      approvals_required: 6,
    },
    only_approvals_are_counted: { approvals_required: 2 },
  },
};

/** Rows that people change and do not enter. */
const ONLY_CHANGED: Record<string, string> = {
  inventory: 'true',
  tenant_settings: 'true',
  users: `email = 'owner@acme.test'`,
};
/** Rules that a new row cannot break: nobody knows its id yet. */
const OWN_ID: Record<string, string> = {
  content_differs: 'content_product_id',
  product_is_not_its_own_container: 'container_product_id',
  territory_is_not_its_own_parent: 'parent_id',
};

/** References to what is no row of the company. */
const REFERS: Record<string, { error: string; values: Values }> = {
  workflow_step_is_known: {
    error: 'workflow_step_is_known',
    values: { machine: 'order', from_state: 'draft', command: 'approve' },
  },
  workflow_definitions_permission_fkey: {
    error: 'record_not_found',
    values: { permission: 'ships.launch' },
  },
};

let database: TestDatabase;
let admin: Session;
let company: Company;
let person: Session;
let rows: Record<string, NewRow>;

beforeAll(async () => {
  database = await cloneDatabase('bad_values');
  admin = await database.asAdmin();
  company = await openCompany(database, 'acme');
  // The owner holds every right of his company.
  person = playedBy(company, 'owner');
  rows = await newRows(admin, company);
});

afterAll(() => database.drop());

/** The refusal of a row, written the way people write it. */
async function refusalOf(table: string, values: Values): Promise<Refusal | null> {
  const { refusal } = await attempt(person, async () => {
    const condition = ONLY_CHANGED[table];
    if (condition === undefined) {
      await insertRow(person, table, { ...rows[table]?.values, ...values });
    } else {
      const columns = Object.keys(values).map((column, n) => `${column} = $${n + 1}`);
      await person.query(
        `update public.${table} set ${columns.join(', ')} where ${condition}`,
        Object.values(values),
      );
    }
  });
  return refusal;
}

async function refusalOfOwnId(table: string, column: string): Promise<Refusal | null> {
  const { refusal } = await attempt(person, () =>
    person.query(`update public.${table} set ${column} = id`),
  );
  return refusal;
}

test('every broken rule of every table that people write has its own error', async () => {
  const registered = new Map(
    (
      await admin.query<{ key: string; words: string }>(
        `select key, sentence || ' ' || next_step as words from private.errors`,
      )
    ).map(({ key, words }) => [key, words]),
  );
  await person.query('begin');
  const wrong: unknown[] = [];
  for (const [table, checks] of Object.entries(BROKEN)) {
    for (const [check, values] of Object.entries(checks)) {
      const own = OWN_ID[check];
      const refusal = own ? await refusalOfOwnId(table, own) : await refusalOf(table, values);
      const detail = JSON.parse(refusal?.detail || '{}') as Values;
      const named = [own, ...Object.keys(values)].some((column) => column && column in detail);
      const isCut = (refusal?.detail.length ?? 0) < 400;
      const answer = { code: refusal?.code, message: refusal?.message, hint: refusal?.hint };
      const wanted = { code: 'PT422', message: check, hint: registered.get(check) };
      if (JSON.stringify(answer) !== JSON.stringify(wanted) || !named || !isCut) {
        wrong.push({ table, check, ...refusal });
      }
    }
  }
  await person.query('rollback');
  expect(wrong).toEqual([]);
});

test('the rules above are all there are', async () => {
  const checks = await admin.query<{ name: string }>(
    `select k.conrelid::regclass::text || '.' || k.conname as name from pg_constraint k
     where k.contype = 'c' and k.connamespace = 'public'::regnamespace and exists (
       select from unnest(k.conkey) a where has_column_privilege('authenticated', k.conrelid, a, 'insert')
         or has_column_privilege('authenticated', k.conrelid, a, 'update'))`,
  );
  const tried = Object.entries(BROKEN).flatMap(([table, names]) =>
    Object.keys(names).map((name) => `${table}.${name}`),
  );
  expect(tried.sort()).toEqual(checks.map(({ name }) => name).sort());
});

test('what is missing is named, all of it at once', async () => {
  await person.query('begin');
  const refusal = await refusalOf('customer_addresses', { label: null, street: null });
  expect(refusal).toMatchObject({ code: 'PT422', message: 'input_invalid' });
  expect(JSON.parse(refusal?.detail ?? '')).toEqual({ label: 'required', street: 'required' });
  const emptied = await refusalOf('tenant_settings', { timezone: null });
  expect(emptied).toMatchObject({ code: 'PT422', message: 'input_invalid' });
  await person.query('rollback');
});

test('the published types ask for a column exactly where a row cannot go without it', async () => {
  const { relations } = await readCatalogue(admin.client);
  await person.query('begin');
  const wrong: string[] = [];
  for (const [table, row] of Object.entries(rows)) {
    const columns = relations.find(({ name }) => name === table)?.columns ?? [];
    for (const { name, is_insertable, has_default, is_nullable } of columns) {
      if (!is_insertable) continue;
      const { [name]: _, ...rest } = row.values;
      const { refusal } = await attempt(person, () => insertRow(person, table, rest));
      const isMissed =
        refusal?.message === 'input_invalid' && name in (JSON.parse(refusal.detail) as Values);
      if (isMissed === (has_default || is_nullable)) wrong.push(`${table}.${name}`);
    }
  }
  await person.query('rollback');
  expect(wrong).toEqual([]);
});

test('a reference to nothing is said like in a command', async () => {
  await person.query('begin');
  const nowhere = '00000000-0000-7000-8000-000000000000';
  for (const [table, { references }] of Object.entries(rows)) {
    for (const reference of references) {
      const refusal = await refusalOf(table, { [reference]: nowhere });
      expect({ table, reference, refusal }).toMatchObject({
        refusal: { code: 'PT404', message: 'record_not_found' },
      });
      expect(JSON.parse(refusal?.detail ?? '')).toEqual({ [reference]: nowhere });
    }
  }
  for (const { error, values } of Object.values(REFERS)) {
    const refusal = await refusalOf('workflow_definitions', values);
    expect(refusal).toMatchObject({ message: error });
    expect(JSON.parse(refusal?.detail ?? '')).toEqual(values);
  }
  await person.query('rollback');
});

test('a person without a company is sent away before his values are looked at', async () => {
  await admin.query(
    `select private.create_account('nobody@example.test', 'mzigo-demo-2026', 'Nobody')`,
  );
  const nobody = await database.asUser('nobody@example.test');
  await expect(
    nobody.query(`insert into territories (code, name) values ('', '')`),
  ).rejects.toThrow(expect.objectContaining({ code: '42501' }) as Error);
});
