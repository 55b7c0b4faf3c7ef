import { write } from '#lib/platform/command.ts';
import { type ListQuery, page, pattern } from '#lib/platform/list.ts';
import { oneWith, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';

export interface Customer {
  id: string;
  code: string;
  name: string;
  contact_name: string | null;
  phone: string | null;
  email: string | null;
  tax_id: string | null;
  customer_type: string;
  category: string | null;
  status: string;
  status_reason: string | null;
  credit_limit: number;
  payment_terms_days: number;
  price_list_id: string | null;
  territory_id: string | null;
  notes: string | null;
  created_at: string;
  created_by: string | null;
  version: number;
  territories?: { name: string } | null;
  price_lists?: { name: string } | null;
  allowed_commands?: string[];
}

export interface Address {
  id: string;
  customer_id: string;
  kind: string;
  label: string;
  street: string;
  city: string;
  latitude: number | null;
  longitude: number | null;
  instructions: string | null;
  window_start: string | null;
  window_end: string | null;
  is_default: boolean;
  is_active: boolean;
}

export interface CustomerChoice {
  id: string;
  code: string;
  name: string;
  status: string;
}

export type CustomerInput = Pick<
  Customer,
  | 'name'
  | 'contact_name'
  | 'phone'
  | 'email'
  | 'tax_id'
  | 'customer_type'
  | 'category'
  | 'credit_limit'
  | 'payment_terms_days'
  | 'price_list_id'
  | 'territory_id'
  | 'notes'
>;

export type AddressInput = Omit<Address, 'id' | 'is_active' | 'latitude' | 'longitude'>;

const TERRITORY = { column: 'territory_id', table: 'territories', select: 'name' };
const PRICE_LIST = { column: 'price_list_id', table: 'price_lists', select: 'name' };

export function listCustomers(list: ListQuery) {
  const { status, customer_type } = list.filters;
  let query = supabase.from('customers').select('*');
  if (status) query = query.eq('status', status);
  if (customer_type) query = query.eq('customer_type', customer_type);
  if (list.search) {
    const like = pattern(list.search);
    query = query.or(`name.ilike.${like},code.ilike.${like},phone.ilike.${like}`);
  }
  return page<Customer>(query.order(list.sort, { ascending: list.ascending }).order('id'), list, {
    territories: TERRITORY,
  });
}

export function readCustomer(id: string): Promise<Customer | null> {
  return oneWith(
    supabase.from('customers').select('*,allowed_commands').eq('id', id).maybeSingle(),
    { territories: TERRITORY, price_lists: PRICE_LIST },
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
export function searchCustomers(text: string): Promise<CustomerChoice[]> {
  let query = supabase.from('customers').select('id,code,name,status').eq('status', 'active');
  if (text) {
    const like = pattern(text);
    query = query.or(`name.ilike.${like},code.ilike.${like},phone.ilike.${like}`);
  }
  return rows(query.order('name').limit(20));
}

export function createCustomer(input: CustomerInput): Promise<Customer> {
  return write(supabase.from('customers').insert(input).select().single());
}

/** Null when somebody else changed the customer in the meantime. */
export function updateCustomer(customer: Customer, input: CustomerInput): Promise<Customer | null> {
  return write(
    supabase
      .from('customers')
      .update(input)
      .eq('id', customer.id)
      .eq('version', customer.version)
      .select()
      .maybeSingle(),
  );
}

export function createAddress(input: AddressInput): Promise<Address> {
  return write(supabase.from('customer_addresses').insert(input).select().single());
}

/** Addresses stay for the orders that used them; they are only taken out of use. */
export function retireAddress(id: string): Promise<unknown> {
  return write(
    supabase
      .from('customer_addresses')
      .update({ is_active: false, is_default: false })
      .eq('id', id),
  );
}

export function territories(): Promise<{ id: string; name: string }[]> {
  return rows(
    supabase.from('territories').select('id,name').eq('is_active', true).order('name').limit(500),
  );
}
