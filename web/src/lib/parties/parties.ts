import { choices } from '#lib/platform/label.ts';
import { session } from '#lib/platform/session.svelte.ts';
import type { Database, Tables } from '#lib/database.types.ts';
import { changedMeanwhile } from '#lib/errors.ts';
import { askJson, command } from '#lib/platform/command.ts';
import { meansCustomer } from '#lib/platform/find.ts';
import { anyLike, type Filter, inUseFilter, narrow } from '#lib/platform/filters.ts';
import { having, type ListQuery, type ListShape, readPage } from '#lib/platform/list.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { personFilter } from '#lib/tenancy/tenancy.ts';
import { documentList } from '#lib/workflow/list.ts';
import { m, terms } from '#lib/words.ts';

type Written = Database['public']['Tables'];
/** Without the code: the database gives the next one. */
export type CustomerInput = Omit<Written['customers']['Insert'], 'code'>;
export type AddressInput = Written['customer_addresses']['Insert'];
export type Address = Tables<'customer_addresses'>;
export type CustomerChoice = Pick<Tables<'customers'>, 'id' | 'code' | 'name' | 'status'>;

export type CustomerRow = Awaited<ReturnType<typeof listCustomers>>['rows'][number];
export type Customer = NonNullable<Awaited<ReturnType<typeof readCustomer>>>;

export const territoryFilter: Filter = {
  name: 'territory',
  label: m.territory(),
  kind: 'record',
  column: 'territory_id',
  optional: true,
  search: (text) =>
    rows(
      narrow(supabase.from('territories').select('id,code,name'), [anyLike(text, 'name', 'code')])
        .order('name')
        .limit(20),
    ),
  find: (id) =>
    answerOf(supabase.from('territories').select('id,code,name').eq('id', id).maybeSingle()),
};

export const CUSTOMERS = documentList('customer', {
  sort: 'name',
  sortable: ['name', 'credit_limit'],
  search: {
    label: m.name_code_or_phone(),
    means: async (typed) => [await meansCustomer(typed)],
  },
  filters: [
    territoryFilter,
    { name: 'customer_type', label: m.type(), kind: 'text' },
    {
      name: 'limit',
      label: m.credit_limit(),
      kind: 'number',
      column: 'credit_limit',
      unit: 'money',
      optional: true,
      more: true,
    },
    { name: 'phone', label: m.phone(), kind: 'text', optional: true, more: true },
    { name: 'email', label: m.e_mail(), kind: 'text', optional: true, more: true },
    { name: 'since', label: m.since(), kind: 'moment', column: 'created_at', more: true },
    { ...personFilter('rep', m.sales_rep(), 'sales_rep_id'), optional: true, more: true },
  ],
});

export function listCustomers(list: ListQuery) {
  return readPage(CUSTOMERS, list, (relations) =>
    supabase.from('customers').select(having('*,territories(name)', relations)),
  );
}

/** A customer with his addresses, his people and his latest orders. */
export function readCustomer(id: string) {
  return answerOf(
    supabase
      .from('customers')
      .select(
        `*,allowed_commands,is_editable,territories(name),price_lists(name),
        rep:memberships!customers_tenant_id_sales_rep_id_fkey(users(full_name,email)),
        alike:similar_customers!similar_customers_tenant_id_customer_id_fkey(
          same,acknowledged_by,other:customers!similar_customers_tenant_id_similar_id_fkey(id,code,name)),
        alike_to_him:similar_customers!similar_customers_tenant_id_similar_id_fkey(
          same,acknowledged_by,other:customers!similar_customers_tenant_id_customer_id_fkey(id,code,name)),
        customer_addresses(*),contacts(*,contact_points(id)),customer_documents(*),orders(id,number,status,total,created_at)`,
      )
      .eq('id', id)
      .eq('customer_addresses.is_active', true)
      .order('is_default', { referencedTable: 'customer_addresses', ascending: false })
      .order('label', { referencedTable: 'customer_addresses' })
      .order('name', { referencedTable: 'contacts' })
      .order('valid_until', { referencedTable: 'customer_documents' })
      .order('created_at', { referencedTable: 'orders', ascending: false })
      .limit(8, { referencedTable: 'orders' })
      .maybeSingle(),
  );
}

export function addressesOf(customerId: string): Promise<Address[]> {
  return rows(
    supabase
      .from('customer_addresses')
      .select('*')
      .eq('customer_id', customerId)
      .eq('is_active', true)
      .order('is_default', { ascending: false })
      .order('label')
      .limit(100),
  );
}

/** Customers for a choice, active first because only they can order. */
export async function searchCustomers(text: string): Promise<CustomerChoice[]> {
  let query = supabase.from('customers').select('id,code,name,status').eq('status', 'active');
  if (text) {
    query = narrow(query, [await meansCustomer(text)]);
  }
  return rows(query.order('name').limit(20));
}

/** What customers are, in the company's own words where it has some; also what one of them already is. */
export function customerTypes(present?: string): { value: string; label: string }[] {
  const own = session.tenant?.settings.type_definitions as { customer_type?: string[] } | undefined;
  const known = own?.customer_type ?? ['retail', 'wholesale', 'horeca', 'distributor'];
  return choices([...new Set(present === undefined ? known : [...known, present])]);
}

/** The filter of every list whose documents belong to a customer; he need not be active any more. */
export const customerFilter = {
  name: 'customer',
  label: m.customer(terms),
  kind: 'record',
  column: 'customer_id',
  search: async (text) => {
    let query = supabase.from('customers').select('id,code,name');
    if (text) query = narrow(query, [await meansCustomer(text)]);
    return rows(query.order('name').limit(20));
  },
  find: (id) =>
    answerOf(supabase.from('customers').select('id,code,name').eq('id', id).maybeSingle()),
} satisfies Filter;

/** What a customer may owe and does owe; limit and left are null for those who pay on delivery. */
export interface Credit {
  limit: number | null;
  used: number;
  left: number | null;
  overdue: number;
}

export function creditOf(customerId: string): Promise<Credit> {
  return askJson<Credit, 'customer_credit'>('customer_credit', { customer_id: customerId });
}

/** Somebody who is in the books already and shares a phone, a tax number or nearly the name. */
export interface AlikeCustomer {
  id: string;
  code: string;
  name: string;
  status: string;
  same: ('phone' | 'tax_id' | 'name')[];
}

/** Whom a customer looks like who is being entered or changed, without those who are known to be others. */
export function customersLike(
  entry: { name: string; phone: string; taxId: string },
  customerId?: string,
): Promise<AlikeCustomer[]> {
  return askJson<AlikeCustomer[], 'customers_like'>('customers_like', {
    name: entry.name,
    phone: entry.phone,
    tax_id: entry.taxId,
    ...(customerId ? { customer_id: customerId } : {}),
  });
}

/** Says that a customer is another one than those that he looks like. */
export function acknowledgeAlike(customerId: string) {
  return command('acknowledge_similar_customer', { customer_id: customerId });
}

/** What can be taken over from the customer who is merged, in the order of the form. */
export const MERGE_CHOICES = [
  'name',
  'contact_name',
  'phone',
  'email',
  'tax_id',
  'customer_type',
  'category',
  'language',
  'credit_limit',
  'payment_terms_days',
  'price_list_id',
  'territory_id',
  'sales_rep_id',
  'notes',
] as const;
export type MergeChoice = (typeof MERGE_CHOICES)[number];

/** Makes two customers one, for good; answers who stays. */
export function mergeCustomer(
  customer: { id: string; version: number },
  intoId: string,
  take: MergeChoice[],
) {
  return command('merge_customer', {
    customer_id: customer.id,
    into_id: intoId,
    take,
    expected_version: customer.version,
  });
}

export function createCustomer(input: CustomerInput) {
  return answerOf(
    supabase
      .from('customers')
      .insert(input as Written['customers']['Insert'])
      .select()
      .single(),
  );
}

/** Null when somebody else changed the customer in the meantime. */
export function updateCustomer(customer: Tables<'customers'>, input: CustomerInput) {
  return answerOf(
    supabase
      .from('customers')
      .update(input)
      .eq('id', customer.id)
      .eq('version', customer.version)
      .select()
      .maybeSingle(),
  );
}

export function createAddress(input: AddressInput) {
  return answerOf(supabase.from('customer_addresses').insert(input).select().single());
}

/** Orders that were entered keep the address as it was printed on them. @throws {PortalError} version_conflict */
export async function updateAddress(address: Address, input: Omit<AddressInput, 'customer_id'>) {
  const row = await answerOf(
    supabase
      .from('customer_addresses')
      .update(input)
      .eq('id', address.id)
      .eq('version', address.version)
      .select('id')
      .maybeSingle(),
  );
  if (!row) throw changedMeanwhile(m.somebody_else_changed_this_address_while_you());
  return row;
}

/** Addresses stay for the orders that used them; they are only taken out of use. */
export function retireAddress(id: string) {
  return answerOf(
    supabase
      .from('customer_addresses')
      .update({ is_active: false, is_default: false })
      .eq('id', id),
  );
}

export type Contact = Tables<'contacts'>;
export type ContactInput = Written['contacts']['Update'] & { name: string };

export function createContact(customerId: string, input: ContactInput) {
  return answerOf(supabase.from('contacts').insert({ ...input, customer_id: customerId }));
}

export function updateContact(id: string, input: ContactInput) {
  return answerOf(supabase.from('contacts').update(input).eq('id', id));
}

export function removeContact(id: string) {
  return answerOf(supabase.from('contacts').delete().eq('id', id));
}

/** Territories for a choice. */
export function territories(): Promise<{ id: string; name: string }[]> {
  return rows(
    supabase.from('territories').select('id,name').eq('is_active', true).order('name').limit(500),
  );
}

/** All of them, for who looks at one that lies in another. */
export function everyTerritory() {
  return rows(supabase.from('territories').select('id,name,is_active').order('name').limit(500));
}

export type Territory = Tables<'territories'>;
export type TerritoryInput = Written['territories']['Insert'];

export const TERRITORIES: ListShape = {
  table: 'territories',
  sort: 'name',
  sortable: ['name', 'code', 'created_at'],
  search: { label: m.name_or_code(), means: (typed) => [anyLike(typed, 'name', 'code')] },
  filters: [inUseFilter],
};

export function listTerritories(list: ListQuery) {
  return readPage(TERRITORIES, list, () => supabase.from('territories').select('*'));
}

export function createTerritory(input: TerritoryInput) {
  return answerOf(supabase.from('territories').insert(input));
}

export function updateTerritory(id: string, input: TerritoryInput) {
  return answerOf(supabase.from('territories').update(input).eq('id', id));
}

type Place = Pick<Address, 'street' | 'line_2' | 'city' | 'region' | 'postal_code' | 'country'>;

/** An address in one line, as the papers have it. */
export const addressText = ({ street, line_2, city, region, postal_code, country }: Place) =>
  [street, line_2, [postal_code, city].filter(Boolean).join(' '), region, country]
    .filter(Boolean)
    .join(', ');
