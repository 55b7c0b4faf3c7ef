import { command } from '#lib/platform/command.ts';
import { having, type ListQuery, readPage } from '#lib/platform/list.ts';
import { answerOf } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { orNull } from '#lib/platform/text.ts';
import type { linesOf } from '#lib/sales/ProductLines.svelte';
import { documentList, enteredFilter } from '#lib/workflow/list.ts';
import type { Looks } from '#lib/workflow/workflow.ts';
import { m, terms } from '#lib/words.ts';

const IN_LIST =
  '*,deals(id,number,status,title,customer_id,customers(name),owner:memberships!deals_tenant_id_owner_id_fkey(users(full_name)))';

export type ProposalRow = Awaited<ReturnType<typeof listProposals>>['rows'][number];
export type Proposal = NonNullable<Awaited<ReturnType<typeof readProposal>>>;

export const PROPOSALS = documentList('proposal', {
  sortable: ['valid_until', 'total'],
  filters: [
    { name: 'valid', label: m.valid_until(), kind: 'day', column: 'valid_until' },
    { name: 'total', label: m.total(), kind: 'number', unit: 'money', more: true },
    enteredFilter(),
  ],
});

export function listProposals(list: ListQuery) {
  return readPage(PROPOSALS, list, (relations) =>
    supabase.from('proposals').select(having(IN_LIST, relations)),
  );
}

/** A proposal with its lines. */
export function readProposal(id: string) {
  return answerOf(
    supabase
      .from('proposals')
      .select(`${IN_LIST},allowed_commands,proposal_items(*,products(name,sku,unit))`)
      .eq('id', id)
      .order('line_number', { referencedTable: 'proposal_items' })
      .maybeSingle(),
  );
}

export const proposalCommands = {
  send: {
    label: m.label_send(),
    variant: 'primary',
    done: m.the_proposal_was_sent(),
    asks: {
      title: m.send_this_proposal(),
      text: m.from_now_on_it_is_not_changed(terms),
      reason: 'none',
    },
  },
  accept: {
    label: m.the_customer_says_yes(terms),
    variant: 'primary',
    done: m.the_proposal_won_the_deal(),
    asks: {
      title: m.the_customer_says_yes(terms),
      text: m.its_lines_become_the_products_of_the_deal(terms),
      reason: 'none',
    },
  },
  revise: { label: m.new_version() },
  change: { label: m.change() },
  decline: {
    label: m.the_customer_says_no(terms),
    variant: 'danger',
    done: m.the_proposal_is_declined(),
    asks: { title: m.why_does_the_customer_say_no(terms), reason: 'required' },
  },
  cancel: {
    label: m.call_off(),
    variant: 'danger',
    done: m.the_proposal_is_called_off(),
    asks: { title: m.call_this_proposal_off(), reason: 'required' },
  },
} satisfies Looks<'proposal'>;

export interface ProposalEntry {
  customer: { id: string; name: string; code: string } | null;
  title: string;
  valid: string;
  notes: string;
}

type Versioned = Pick<Proposal, 'id' | 'version'>;

/** For a deal, or for a customer, with whom a deal is begun. */
export const createProposal = (entry: ProposalEntry, dealId: string | null) =>
  command('create_proposal', {
    valid_until: entry.valid,
    deal_id: dealId,
    customer_id: dealId === null ? (entry.customer?.id ?? '') : null,
    title: dealId === null ? entry.title.trim() : null,
    notes: orNull(entry.notes),
  });

export const changeProposal = (
  proposal: Versioned,
  entry: { valid: string; notes: string; lines: ReturnType<typeof linesOf> },
) =>
  command('change_proposal', {
    proposal_id: proposal.id,
    valid_until: entry.valid,
    notes: orNull(entry.notes),
    lines: entry.lines,
    expected_version: proposal.version,
  });

export const reviseProposal = (proposal: Versioned, valid: string) =>
  command('revise_proposal', {
    proposal_id: proposal.id,
    valid_until: valid,
    expected_version: proposal.version,
  });
