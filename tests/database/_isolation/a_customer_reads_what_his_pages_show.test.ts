import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';
import { readCatalogue, type Rpc } from '../../../scripts/generate/catalogue.ts';
import { assertBoundByPolicies, attempt } from './attempt.ts';
import { openCompany, playedBy, workOneDay, type Company } from './company.ts';

/**
 * Every column that the account of a customer may read of a table or view. What is not here must not be
 * readable: a new table or column fails this test until it is decided about.
 */
const COLUMNS: Record<string, string[]> = {
  memberships: [
    ...['id', 'tenant_id', 'user_id', 'role', 'status', 'warehouse_id', 'territory_id'],
    ...['customer_id', 'created_at', 'created_by', 'updated_at', 'updated_by', 'version'],
  ],
  users: [
    ...['id', 'email', 'full_name', 'phone', 'status', 'language', 'active_tenant_id'],
    ...['created_at', 'created_by', 'updated_at', 'updated_by', 'version'],
  ],
};

/** What the functions that a customer can call tell him, as the paths of their JSON. */
const ANSWERS: Record<string, string> = {
  my_account:
    'customer{id code name contact_name phone email tax_id language} company{name contact_line currency paybill bank_details} can_order owed overdue next_due_on advances told credit addresses{id label street city}',
  my_bills: 'kind id number status issued_on due_on currency total balance order_number',
  my_containers: 'product_id sku name unit quantity deposit counted confirmed_at',
  my_order:
    'id number status version can_change can_give_up created_at requested_on currency subtotal tax_total total address_id notes address{label street city} lines{product_id sku name unit quantity delivered returned unit_price line_total tax_amount} steps{entered sent confirmed on_the_way delivered} van proof{received_by captured_at photo_paths} invoice{id number status total balance}',
  my_orders:
    'id number status created_at requested_on currency total line_count planned_arrival_at delivered_at',
  my_paper:
    'document{number status currency issued_on due_on discount_until discount_amount subtotal deposit_total total paid_total balance tax_receipt printed{name code tax_id tax_exemption payment_terms_days pays_at_month_end place address{label street city} seller{legal_name postal_address tax_numbers contact_line bank_details mpesa_till document_terms}} customers{name tax_id language} invoice_taxes{name percent amount} orders{number} invoice_items{product_sku product_name unit is_deposit is_fee quantity unit_price tax_rate discount_amount line_total taxes tax_amount}} company{legal_name postal_address tax_numbers contact_line bank_details mpesa_till document_terms logo locale currency timezone terminology business_rules}',
  my_payments: 'id number status method reference received_at currency amount unused is_confirmed',
  my_products:
    'product_id sku name category unit allows_fractions order_minimum order_multiple packs{id name factor} unit_price tax_rate price_includes_tax deposit_amount usual_quantity thumbnail image_path image_alt',
  my_delivery_room: 'has_room',
  my_quote:
    'discount_total delivery_fee subtotal tax_total total deposits credit lines{line_number product_id product_name unit quantity unit_price tax_rate price_includes_tax discount_amount is_gift line_total tax_amount in_stock}',
  my_requests: 'id number status text created_at document_kind document_id',
  my_session:
    'user{id email full_name language} is_super_admin role scope{warehouse_id territory_id customer_id} tenant{id name slug currency timezone locale settings{terminology}} permissions tenants{id name role}',
  place_my_order:
    'id number status version can_change can_give_up created_at requested_on currency subtotal tax_total total address_id notes address{label street city} lines{product_id sku name unit quantity delivered returned unit_price line_total tax_amount} steps{entered sent confirmed on_the_way delivered} van proof invoice',
  my_statement: 'on_date kind document_id number debit credit balance',
};

/** What else is answered, and why that is nothing of the company's. */
const HARMLESS: Record<string, { says: RegExp; why: string }> = {
  accept_invitation: { says: /./, why: 'a door for visitors: its token is not known' },
  capture_lead: {
    says: /^PT401 lead_key_unknown$/,
    why: 'a door for vendors of leads: their key is not known',
  },
  track_order: {
    says: /^PT404 tracking_link_invalid$/,
    why: 'a door for visitors: its link is not known',
  },
  ...Object.fromEntries(
    [
      'book_appointment',
      'booked_appointment',
      'booking_offer',
      'cancel_booking',
      'confirm_booking',
      'reschedule_booking',
    ].map((door) => [
      door,
      { says: /^PT404 booking_link_invalid$/, why: 'a door for visitors: its link is not known' },
    ]),
  ),
  reset_password: { says: /./, why: 'a door for visitors: its token is not known' },
  conversations_meant: { says: /^\[\[\]\]$/, why: 'none' },
  dashboard: { says: /^[^0-9]*("(from|to)_day": ?"[0-9-]+"[^0-9]*)+$/, why: 'no figure' },
  explain_figure: { says: /^PT404 figure_unknown$/, why: 'whichever figure' },
  find_numbers: { says: /^\[\]$/, why: 'none' },
  find_phone: { says: /^\[(null|\[\])\]$/, why: 'what was typed, taken apart' },
  find_vehicles: { says: /^\[\]$/, why: 'none' },
  first_steps: { says: /^\[\]$/, why: 'none' },
  import_forms: { says: /^\[\[\]\]$/, why: 'none' },
  waiting: { says: /^\[\]$/, why: 'none' },
};

/** His own commands, and what is asked for in them before anything is looked up. */
const OWN =
  /^(ask_for_help|cancel_my_order|change_my_order|confirm_my_containers|show_my_delivery_code|tell_my_payment)$/;
/** Input is looked at before rights: what was sent here is wrong for everybody. */
const INPUT_FIRST = /^(create_task|scan_serials|snooze_conversation|summarise_list|switch_tenant)$/;

let database: TestDatabase;
let admin: Session;
let company: Company;
let customer: Session;

beforeAll(async () => {
  database = await cloneDatabase('customer_reads');
  admin = await database.asAdmin();
  company = await openCompany(database, 'acme');
  await workOneDay(database, company);
  customer = playedBy(company, 'customer');
  await assertBoundByPolicies(customer);
});
afterAll(() => database.drop());

test('he reads these columns of these tables and views, and no other', async () => {
  const relations = await admin.query<{ schema: string; name: string; columns: string[] }>(
    `select n.nspname as schema, c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where n.nspname in ('public', 'analytics') and c.relkind in ('r', 'p', 'v', 'm') group by 1, 2 order by 1, 2`,
  );
  expect(relations.length).toBeGreaterThan(90);
  const read: Record<string, string[]> = {};
  await customer.query('begin');
  for (const { schema, name, columns } of relations) {
    for (const column of columns) {
      const { value } = await attempt(customer, () =>
        customer.query(`select "${column}" from ${schema}."${name}" limit 1`),
      );
      if (value && value.length > 0) (read[name] ??= []).push(column);
    }
  }
  await customer.query('rollback');
  const sorted = (of: Record<string, string[]>) =>
    Object.fromEntries(Object.entries(of).map(([name, columns]) => [name, [...columns].sort()]));
  expect(sorted(read)).toEqual(sorted(COLUMNS));
});

test('what he reads of those tables is about himself', async () => {
  for (const table of Object.keys(COLUMNS)) {
    expect(await customer.query(`select 1 from public.${table}`)).toHaveLength(1);
  }
});

/** The paths of all members of a value, in any of the rows of a list. */
function pathsIn(value: unknown, above = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((member) => pathsIn(member, above));
  if (value === null || typeof value !== 'object') return above ? [above] : [];
  const members = Object.entries(value);
  if (members.length === 0) return [above];
  return members.flatMap(([name, member]) => {
    const path = above ? `${above}.${name}` : name;
    return Array.isArray(member) && member.length === 0 ? [path] : pathsIn(member, path);
  });
}

/** The same of a shape as it is written above: `address{label city} total`. */
function pathsOf(shape: string): string[] {
  const above: string[] = [];
  const paths: string[] = [];
  for (const word of shape.match(/[a-z_]+\{|[a-z_]+|\}/g) ?? []) {
    if (word === '}') above.pop();
    else if (word.endsWith('{')) above.push(word.slice(0, -1));
    else paths.push([...above, word].join('.'));
  }
  return paths.sort();
}

async function argumentsOf(rpc: Rpc): Promise<Record<string, unknown>> {
  const one = async (text: string) =>
    (await admin.one<{ id: string }>(text, [company.tenantId])).id;
  const order = await one('select order_id as id from public.trip_stops where tenant_id = $1');
  const invoice = await one('select id from public.invoices where tenant_id = $1');
  const product = await one(
    `select product_id as id from public.order_items where tenant_id = $1 order by id`,
  );
  const values: Record<string, unknown> = {};
  for (const { name, type, is_optional } of rpc.args) {
    if (is_optional && name !== 'document_kind') continue;
    values[name] =
      {
        paper: 'invoice',
        document_kind: 'order',
        lines: [{ product_id: product, quantity: 1 }],
        id: rpc.name === 'my_paper' ? invoice : order,
      }[name] ??
      (type === 'uuid'
        ? order
        : type === 'jsonb'
          ? []
          : ({ boolean: true, numeric: 1, integer: 1, date: '2026-01-01' }[type] ?? null));
  }
  return values;
}

test('the functions that answer him tell this, and every other one refuses', async () => {
  const names = new Set(
    (
      await admin.query<{ name: string }>(
        `select p.proname as name from pg_proc p
         where p.pronamespace in ('public'::regnamespace, 'analytics'::regnamespace) and has_function_privilege('authenticated', p.oid, 'execute')`,
      )
    ).map((row) => row.name),
  );
  const rpcs = (await readCatalogue(admin.client)).rpcs.filter((rpc) => names.has(rpc.name));
  expect(rpcs.length).toBeGreaterThan(150);
  const told: Record<string, string> = {};
  await customer.query('begin');
  for (const rpc of rpcs) {
    const values = await argumentsOf(rpc);
    const named = Object.keys(values).map((name, at) => `${name} => $${at + 1}`);
    const { value, refusal } = await attempt(customer, () =>
      customer.query(
        `select to_jsonb(x) as x from public.${rpc.name}(${named.join(', ')}) x`,
        Object.values(values).map((it) => (typeof it === 'object' && it ? JSON.stringify(it) : it)),
      ),
    );
    if (refusal) told[rpc.name] = `${refusal.code} ${refusal.message}`;
    else {
      const answers = value.map((row) => (row as { x: unknown }).x);
      told[rpc.name] = JSON.stringify(answers);
    }
  }
  await customer.query('rollback');
  const open = Object.entries(told).filter(
    ([name, answer]) =>
      !/^(42501 (permission_denied|right_not_held)|PT404 record_not_found)/.test(answer) &&
      !(name in ANSWERS) &&
      !HARMLESS[name]?.says.test(answer) &&
      !(OWN.test(name) && /^PT4(09|22) /.test(answer)) &&
      !(INPUT_FIRST.test(name) && /^(PT422|42501) /.test(answer)),
  );
  expect(open).toEqual([]);
  for (const [name, shape] of Object.entries(ANSWERS)) {
    const paths = [...new Set(pathsIn(JSON.parse(told[name] ?? 'null')))].sort();
    // What is empty in one row and not in another is told by the latter.
    const deepest = paths.filter((path) => !paths.some((other) => other.startsWith(`${path}.`)));
    expect(deepest, name).toEqual(pathsOf(shape));
  }
});
