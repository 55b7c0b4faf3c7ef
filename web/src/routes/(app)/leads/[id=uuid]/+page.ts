import { recordLoad } from '#lib/records/record.ts';
import { pipelines } from '#lib/sales/deals.ts';
import { leadAt, leadsLike, readLead } from '#lib/sales/leads.ts';
import { session } from '#lib/platform/session.svelte.ts';

export const load = recordLoad('lead', readLead, {
  with: ['deal', 'customer'],
  more: async (lead) => ({
    alike: await leadsLike(lead.id),
    same: lead.duplicate_of_id ? await leadAt(lead.duplicate_of_id) : null,
    pipelines: session.can('deals.view') ? await pipelines() : [],
  }),
});
