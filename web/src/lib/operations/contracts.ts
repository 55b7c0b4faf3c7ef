import { CONTRACT_PERIOD } from '#lib/choices.ts';
import { customerFilter } from '#lib/parties/parties.ts';
import { command } from '#lib/platform/command.ts';
import { anyLike } from '#lib/platform/filters.ts';
import { day, money } from '#lib/platform/format.ts';
import { choices, label } from '#lib/platform/label.ts';
import { having, type ListQuery, readPage } from '#lib/platform/list.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { orNull } from '#lib/platform/text.ts';
import { personFilter, type PersonChoice } from '#lib/tenancy/tenancy.ts';
import { documentList, enteredFilter, nameFilter } from '#lib/workflow/list.ts';
import type { Looks } from '#lib/workflow/workflow.ts';
import { vendorFilter, type VendorChoice } from './vendors.ts';
import { m } from '#lib/words.ts';

export const PERIODS = choices(CONTRACT_PERIOD);

const IN_LIST =
  '*,contract_kinds(name),customers(id,code,name),vendors(id,number,name),owner:memberships!contracts_tenant_id_owner_id_fkey(users(id,full_name))';

export type ContractRow = Awaited<ReturnType<typeof listContracts>>['rows'][number];
export type Contract = NonNullable<Awaited<ReturnType<typeof readContract>>>;

export const CONTRACTS = documentList('contract', {
  sortable: ['title', 'starts_on', 'ends_on', 'notice_until', 'value'],
  search: {
    label: m.name_or_number(),
    means: (typed) => [anyLike(typed, 'title', 'number', 'signed_by')],
  },
  filters: [
    nameFilter('kind', m.kind(), 'kind_id', 'contract_kinds'),
    { name: 'ends', label: m.ends(), kind: 'day', column: 'ends_on', optional: true },
    {
      name: 'notice',
      label: m.label_notice_until(),
      kind: 'day',
      column: 'notice_until',
      optional: true,
    },
    personFilter('owner', m.owner(), 'owner_id', 'user_id'),
    { ...customerFilter, optional: true, more: true },
    { ...vendorFilter, optional: true, more: true },
    enteredFilter(),
  ],
});

export function listContracts(list: ListQuery) {
  return readPage(CONTRACTS, list, (relations) =>
    supabase.from('contracts').select(having(IN_LIST, relations)),
  );
}

/** A contract with its terms, the newest first. */
export function readContract(id: string) {
  return answerOf(
    supabase
      .from('contracts')
      .select(`${IN_LIST},allowed_commands,contract_terms(id,starts_on,ends_on)`)
      .eq('id', id)
      .order('starts_on', { referencedTable: 'contract_terms', ascending: false })
      .maybeSingle(),
  );
}

/** The files of a contract, one of which may be the signed paper. */
export const papersOf = (contractId: string) =>
  rows(
    supabase
      .from('attachments')
      .select('id,name')
      .eq('document_id', contractId)
      .order('created_at', { ascending: false })
      .limit(50),
  );

/** Kinds that can be chosen. */
export const contractKinds = () =>
  rows(
    supabase
      .from('contract_kinds')
      .select('id,name')
      .eq('is_active', true)
      .order('name')
      .limit(200),
  );

/** All of them, also those that are out of use. */
export const allContractKinds = () =>
  rows(supabase.from('contract_kinds').select('*').order('name').limit(500));

export const contractCommands = {
  activate: { label: m.it_was_signed(), variant: 'primary' },
  give_notice: { label: m.label_give_notice() },
  change: { label: m.change() },
  assign: { label: m.give_to_somebody() },
  cancel: {
    label: m.call_off(),
    variant: 'danger',
    done: m.the_contract_is_called_off(),
    asks: { title: m.call_this_contract_off(), reason: 'required' },
  },
  terminate: {
    label: m.label_terminate(),
    variant: 'danger',
    done: m.the_contract_is_terminated(),
    asks: {
      title: m.terminate_this_contract(),
      text: m.it_ends_today_before_its_time(),
      reason: 'required',
    },
  },
} satisfies Looks<'contract'>;

export interface ContractEntry {
  title: string;
  kind: string;
  customer: { id: string; name: string; code: string } | null;
  vendor: VendorChoice | null;
  starts: string;
  ends: string;
  notice: number | null;
  renews: number | null;
  value: number | null;
  per: string;
  owner: Pick<PersonChoice, 'id' | 'account' | 'name'> | null;
  notes: string;
}

const contentOf = (entry: ContractEntry) => ({
  title: entry.title.trim(),
  kind_id: entry.kind,
  starts_on: entry.starts,
  customer_id: entry.customer?.id ?? null,
  vendor_id: entry.vendor?.id ?? null,
  ends_on: orNull(entry.ends),
  notice_days: entry.notice ?? 0,
  renews_months: entry.renews,
  value: entry.value,
  value_per: entry.value === null ? null : (entry.per as (typeof CONTRACT_PERIOD)[number]),
  notes: orNull(entry.notes),
});

export const createContract = (entry: ContractEntry) =>
  command('create_contract', { ...contentOf(entry), owner_id: entry.owner?.account ?? null });

type Versioned = Pick<Contract, 'id' | 'version'>;

export const changeContract = (contract: Versioned, entry: ContractEntry) =>
  command('change_contract', {
    contract_id: contract.id,
    ...contentOf(entry),
    expected_version: contract.version,
  });

export const assignContract = (contract: Versioned, owner: ContractEntry['owner']) =>
  command('assign_contract', {
    contract_id: contract.id,
    owner_id: owner?.account ?? '',
    expected_version: contract.version,
  });

export const activateContract = (
  contract: Versioned,
  entry: { paper: string; signer: string; day: string },
) =>
  command('activate_contract', {
    contract_id: contract.id,
    attachment_id: entry.paper,
    signed_by: entry.signer.trim(),
    signed_on: orNull(entry.day),
    expected_version: contract.version,
  });

export const giveNotice = (contract: Versioned, day: string) =>
  command('give_notice_contract', {
    contract_id: contract.id,
    notice_on: orNull(day),
    expected_version: contract.version,
  });

/** With whom a contract is. */
export const partyOf = (contract: Pick<ContractRow, 'customers' | 'vendors'>): string =>
  contract.customers?.name ?? contract.vendors?.name ?? '';

/** What happens at its end. */
export const endOf = (contract: Pick<ContractRow, 'ends_on' | 'renews_months' | 'notice_on'>) =>
  contract.ends_on === null
    ? m.until_notice_is_given()
    : contract.renews_months === null || contract.notice_on !== null
      ? day(contract.ends_on)
      : m.day_then_months_more({ day: day(contract.ends_on), months: contract.renews_months });

export const worthOf = (contract: Pick<ContractRow, 'value' | 'value_per' | 'currency'>) =>
  contract.value === null || contract.value_per === null
    ? null
    : `${money(contract.value)} · ${label(contract.value_per)}`;
