import type { Database, Tables } from '#lib/database.types.ts';
import { changedMeanwhile } from '#lib/errors.ts';
import { anyLike, type Filter, narrow } from '#lib/platform/filters.ts';
import { having, type ListQuery, readPage } from '#lib/platform/list.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { orNull } from '#lib/platform/text.ts';
import { documentList, enteredFilter } from '#lib/workflow/list.ts';
import type { Looks } from '#lib/workflow/workflow.ts';
import { m } from '#lib/words.ts';

export type Vendor = Tables<'vendors'>;
export type VendorChoice = Pick<Vendor, 'id' | 'number' | 'name'>;

export const VENDORS = documentList('vendor', {
  sortable: ['name', 'payment_terms_days'],
  sort: 'name',
  search: {
    label: m.name_phone_or_number(),
    means: (typed) => [anyLike(typed, 'name', 'number', 'phone', 'email', 'tax_id')],
  },
  filters: [
    {
      name: 'terms',
      label: m.payment_terms(),
      kind: 'number',
      column: 'payment_terms_days',
      more: true,
    },
    enteredFilter(),
  ],
});

export function listVendors(list: ListQuery) {
  return readPage(VENDORS, list, (relations) =>
    supabase.from('vendors').select(having('*', relations)),
  );
}

/** A vendor with what was ordered from him last, and what is agreed. */
export function readVendor(id: string) {
  return answerOf(
    supabase
      .from('vendors')
      .select(
        '*,allowed_commands,purchase_orders(id,number,status,total),contracts(id,number,status,title)',
      )
      .eq('id', id)
      .order('created_at', { referencedTable: 'purchase_orders', ascending: false })
      .limit(20, { referencedTable: 'purchase_orders' })
      .order('starts_on', { referencedTable: 'contracts', ascending: false })
      .limit(20, { referencedTable: 'contracts' })
      .maybeSingle(),
  );
}

/** Those from whom something may be ordered. */
export function searchVendors(text: string): Promise<VendorChoice[]> {
  return rows(
    narrow(supabase.from('vendors').select('id,number,name').eq('status', 'active'), [
      anyLike(text, 'name', 'number'),
    ])
      .order('name')
      .limit(20),
  );
}

/** The filter by the vendor that a row is about. */
export const vendorFilter = {
  name: 'vendor',
  label: m.vendor(),
  kind: 'record',
  column: 'vendor_id',
  search: async (text) =>
    (
      await rows(
        narrow(supabase.from('vendors').select('id,number,name'), [anyLike(text, 'name', 'number')])
          .order('name')
          .limit(20),
      )
    ).map(({ id, number, name }) => ({ id, code: number, name })),
  find: async (id) => {
    const found = await answerOf(
      supabase.from('vendors').select('id,number,name').eq('id', id).maybeSingle(),
    );
    return found && { id: found.id, code: found.number, name: found.name };
  },
} satisfies Filter;

export const vendorCommands = {
  release: { label: m.order_from_them_again(), variant: 'primary', done: m.the_vendor_is_free() },
  block: {
    label: m.block_vendor(),
    variant: 'danger',
    done: m.the_vendor_is_blocked(),
    asks: {
      title: m.order_nothing_from_this_vendor(),
      text: m.what_was_ordered_still_comes(),
      reason: 'required',
    },
  },
} satisfies Looks<'vendor'>;

export interface VendorEntry {
  name: string;
  taxId: string;
  phone: string;
  email: string;
  address: string;
  terms: number | null;
  over: number | null;
  notes: string;
}

const writtenOf = (entry: VendorEntry) => ({
  name: entry.name.trim(),
  tax_id: orNull(entry.taxId),
  phone: orNull(entry.phone),
  email: orNull(entry.email),
  address: orNull(entry.address),
  payment_terms_days: entry.terms ?? 0,
  over_receipt_percent: entry.over ?? 0,
  notes: orNull(entry.notes),
});

export function createVendor(entry: VendorEntry) {
  return answerOf(
    supabase
      .from('vendors')
      .insert(writtenOf(entry) as Database['public']['Tables']['vendors']['Insert'])
      .select()
      .single(),
  );
}

/** @throws {PortalError} version_conflict */
export async function changeVendor(vendor: Vendor, entry: VendorEntry) {
  const saved = await answerOf(
    supabase
      .from('vendors')
      .update(writtenOf(entry))
      .eq('id', vendor.id)
      .eq('version', vendor.version)
      .select()
      .maybeSingle(),
  );
  if (!saved) throw changedMeanwhile(m.somebody_else_changed_this_vendor());
  return saved;
}
