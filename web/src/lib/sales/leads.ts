import type { Tables } from '#lib/database.types.ts';
import { command } from '#lib/platform/command.ts';
import { anyLike, type Filter } from '#lib/platform/filters.ts';
import { having, type ListQuery, readPage } from '#lib/platform/list.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { orNull } from '#lib/platform/text.ts';
import { personFilter, type PersonChoice } from '#lib/tenancy/tenancy.ts';
import { documentList, enteredFilter, nameFilter } from '#lib/workflow/list.ts';
import { m } from '#lib/words.ts';

const IN_LIST =
  '*,owner:memberships!leads_tenant_id_owner_id_fkey(users(id,full_name)),lead_sources(name),lead_vendors(name),territories(name)';

export type LeadRow = Awaited<ReturnType<typeof listLeads>>['rows'][number];
export type Lead = NonNullable<Awaited<ReturnType<typeof readLead>>>;

export const LEADS = documentList('lead', {
  sortable: ['first_name', 'score', 'next_step_on'],
  search: {
    label: m.name_phone_or_number(),
    means: (typed) => [
      anyLike(typed, 'first_name', 'last_name', 'company_name', 'phone', 'email', 'number'),
    ],
  },
  filters: [
    { ...personFilter('owner', m.owner(), 'owner_id', 'user_id'), optional: true },
    { name: 'next', label: m.next_step(), kind: 'day', column: 'next_step_on', optional: true },
    { name: 'score', label: m.score(), kind: 'number', column: 'score', more: true },
    nameFilter('source', m.source(), 'source_id', 'lead_sources'),
    nameFilter('vendor', m.vendor(), 'vendor_id', 'lead_vendors'),
    enteredFilter(),
  ],
});

export function listLeads(list: ListQuery) {
  return readPage(LEADS, list, (relations) =>
    supabase.from('leads').select(having(IN_LIST, relations)),
  );
}

/** A lead with the customer, the person and the deal that it became. */
export function readLead(id: string) {
  return answerOf(
    supabase
      .from('leads')
      .select(
        `${IN_LIST},allowed_commands,customers(id,code,name,status),
        deals(id,number,status,title,value)`,
      )
      .eq('id', id)
      .maybeSingle(),
  );
}

/** What one is called that another is a duplicate of. */
export function leadAt(id: string) {
  return answerOf(supabase.from('leads').select('id,number,status').eq('id', id).maybeSingle());
}

/** Leads with the same telephone number or e-mail address, as far as the reader sees them. */
export function leadsLike(id: string) {
  return rows(supabase.from('similar_leads').select('*').eq('lead_id', id).limit(20));
}

/** What a lead is called. */
export const leadName = (lead: {
  first_name: string | null;
  last_name: string | null;
  company_name?: string | null;
}): string =>
  [[lead.first_name, lead.last_name].filter(Boolean).join(' '), lead.company_name]
    .filter(Boolean)
    .join(', ');

export function leadSources() {
  return rows(
    supabase.from('lead_sources').select('*').eq('is_active', true).order('name').limit(200),
  );
}

export interface LeadEntry {
  first: string;
  last: string;
  company: string;
  phone: string;
  email: string;
  town: string;
  interest: string;
  source: string;
  territory: string;
  nextStep: string;
  nextOn: string;
  notes: string;
}

const argumentsOf = (entry: LeadEntry) => ({
  first_name: entry.first.trim(),
  last_name: orNull(entry.last),
  company_name: orNull(entry.company),
  phone: orNull(entry.phone),
  email: orNull(entry.email),
  town: orNull(entry.town),
  interest: orNull(entry.interest),
  source_id: orNull(entry.source),
  territory_id: orNull(entry.territory),
  next_step: orNull(entry.nextStep),
  next_step_on: orNull(entry.nextOn),
  notes: orNull(entry.notes),
});

export const createLead = (entry: LeadEntry) => command('create_lead', argumentsOf(entry));

export const changeLead = (lead: Pick<Lead, 'id' | 'version'>, entry: LeadEntry) =>
  command('change_lead', {
    lead_id: lead.id,
    ...argumentsOf(entry),
    expected_version: lead.version,
  });

export const assignLead = (lead: Pick<Lead, 'id' | 'version'>, to: PersonChoice | null) =>
  command('assign_lead', {
    lead_id: lead.id,
    owner_id: to?.account ?? null,
    expected_version: lead.version,
  });

/** Leads that another one may be a duplicate of. */
export async function findLeads(text: string) {
  let query = supabase.from('leads').select('id,number,first_name,last_name,company_name');
  if (text) query = query.or(orLike(text));
  return rows(query.neq('status', 'duplicate').order('created_at', { ascending: false }).limit(20));
}

/** Names are searched as typed, without what would be syntax of the query. */
function orLike(text: string): string {
  const typed = text.replaceAll(/[,()"\\%*]/g, ' ').trim();
  return ['first_name', 'last_name', 'company_name', 'number', 'phone']
    .map((column) => `${column}.ilike.*${typed}*`)
    .join(',');
}

export const markDuplicate = (lead: Pick<Lead, 'id' | 'version'>, of: string) =>
  command('mark_duplicate_lead', {
    lead_id: lead.id,
    duplicate_of_id: of,
    expected_version: lead.version,
  });

export interface ConversionEntry {
  customer: { id: string; name: string; code: string } | null;
  title: string;
  pipeline: string;
  value: number | null;
  closes: string;
}

export const convertLead = (lead: Pick<Lead, 'id' | 'version'>, entry: ConversionEntry) =>
  command('convert_lead', {
    lead_id: lead.id,
    customer_id: entry.customer?.id ?? null,
    deal_title: orNull(entry.title),
    pipeline_id: orNull(entry.pipeline),
    value: entry.value,
    expected_close_on: orNull(entry.closes),
    expected_version: lead.version,
  });

export type Vendor = Tables<'lead_vendors'>;

/**
 * Gives a vendor a new key. It is made here and only its SHA-256 leaves the page.
 * @returns the key, which cannot be read again
 */
export async function newVendorKey(vendor: Pick<Vendor, 'id'>): Promise<string> {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  const key = `lead_${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key));
  const hash = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0'));
  await command('set_vendor_key', { vendor_id: vendor.id, key_hash: hash.join('') });
  return key;
}

export const CAPTURES = {
  table: 'lead_captures',
  sort: '-created_at',
  sortable: ['created_at', 'reference'],
  search: { label: m.reference(), means: (typed: string) => [anyLike(typed, 'reference')] },
  filters: [
    nameFilter('vendor', m.vendor(), 'vendor_id', 'lead_vendors'),
    { name: 'problem', label: m.problem(), kind: 'text', optional: true },
    enteredFilter(m.sent_word()),
  ] as Filter[],
};

export type CaptureRow = Awaited<ReturnType<typeof listCaptures>>['rows'][number];

export function listCaptures(list: ListQuery) {
  return readPage(CAPTURES, list, () =>
    supabase.from('lead_captures').select('*,lead_vendors(name),leads(id,number,status)'),
  );
}

export const retryCapture = (id: string, payload: Record<string, string>) =>
  command('retry_capture', { capture_id: id, payload });
