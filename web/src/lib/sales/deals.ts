import { command } from '#lib/platform/command.ts';
import { anyLike, type Filter } from '#lib/platform/filters.ts';
import { having, type ListQuery, readPage } from '#lib/platform/list.ts';
import { customerFilter } from '#lib/parties/parties.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { orNull } from '#lib/platform/text.ts';
import { personFilter, type PersonChoice } from '#lib/tenancy/tenancy.ts';
import { documentList, enteredFilter } from '#lib/workflow/list.ts';
import { m } from '#lib/words.ts';

const IN_LIST =
  '*,customers(code,name),owner:memberships!deals_tenant_id_owner_id_fkey(users(id,full_name)),pipeline_stages(name,kind,probability)';

export type DealRow = Awaited<ReturnType<typeof listDeals>>['rows'][number];
export type Deal = NonNullable<Awaited<ReturnType<typeof readDeal>>>;

const stageFilter: Filter = {
  name: 'stage',
  label: m.stage(),
  kind: 'record',
  column: 'stage_id',
  search: async (text) =>
    (
      await rows(
        supabase
          .from('pipeline_stages')
          .select('id,name,pipelines(name)')
          .ilike('name', `%${text}%`)
          .order('place')
          .limit(20),
      )
    ).map((row) => ({ id: row.id, name: row.name, code: row.pipelines?.name ?? '' })),
  find: async (id) => {
    const found = await answerOf(
      supabase.from('pipeline_stages').select('id,name').eq('id', id).maybeSingle(),
    );
    return found && { ...found, code: '' };
  },
};

export const DEALS = documentList('deal', {
  sortable: ['title', 'value', 'expected_close_on', 'stage_since'],
  search: { label: m.name_or_number(), means: (typed) => [anyLike(typed, 'title', 'number')] },
  filters: [
    customerFilter,
    personFilter('owner', m.owner(), 'owner_id', 'user_id'),
    stageFilter,
    { name: 'value', label: m.value(), kind: 'number', column: 'value', unit: 'money', more: true },
    {
      name: 'closes',
      label: m.will_be_decided(),
      kind: 'day',
      column: 'expected_close_on',
      optional: true,
    },
    enteredFilter(),
  ],
});

export function listDeals(list: ListQuery) {
  return readPage(DEALS, list, (relations) =>
    supabase.from('deals').select(having(IN_LIST, relations)),
  );
}

/** A deal with its products, and what came before and after it. */
export function readDeal(id: string) {
  return answerOf(
    supabase
      .from('deals')
      .select(
        `${IN_LIST},allowed_commands,way:pipeline_stages(pipelines(id,name,rots_after_days)),contacts(id,name),leads(id,number,status),orders(id,number,status,total),lost_reasons(name),proposals(id,number,status,total),
        deal_items(id,line_number,product_id,quantity,unit_price,line_total,products(name,sku,unit))`,
      )
      .eq('id', id)
      .order('line_number', { referencedTable: 'deal_items' })
      .order('revision', { referencedTable: 'proposals', ascending: false })
      .maybeSingle(),
  );
}

export type Pipeline = Awaited<ReturnType<typeof pipelines>>[number];
export type Stage = Pipeline['pipeline_stages'][number];

/** The pipelines that the reader may use, the first first, with their stages in order. */
export function pipelines() {
  return rows(
    supabase
      .from('pipelines')
      .select('*,teams(name),pipeline_stages(id,name,place,kind,probability,is_active,version)')
      .order('place')
      .order('place', { referencedTable: 'pipeline_stages' })
      .limit(50),
  );
}

/** What stands on the board of a pipeline: the open deals, and those that ended in the last 30 days. */
export function dealsOn(pipelineId: string) {
  const month = new Date(Date.now() - 30 * 24 * 3600 * 1000).toISOString();
  return rows(
    supabase
      .from('deals')
      .select(
        'id,number,title,status,value,version,stage_id,stage_since,expected_close_on,allowed_commands,customers(name),owner:memberships!deals_tenant_id_owner_id_fkey(users(full_name))',
      )
      .eq('pipeline_id', pipelineId)
      .or(`is_open.is.true,closed_at.gte.${month}`)
      .order('stage_since')
      .limit(500),
  );
}
export type BoardDeal = Awaited<ReturnType<typeof dealsOn>>[number];

export function lostReasons() {
  return rows(
    supabase.from('lost_reasons').select('*').eq('is_active', true).order('name').limit(200),
  );
}

/** Days that something has stood where it stands. */
export const daysSince = (moment: string): number =>
  Math.floor((Date.now() - new Date(moment).getTime()) / 86_400_000);

/** Whether an open deal has stood in its stage longer than its pipeline likes. */
export const isRotting = (
  deal: { status: string; stage_since: string },
  pipeline: { rots_after_days: number | null } | null,
): boolean =>
  deal.status === 'open' &&
  pipeline?.rots_after_days !== null &&
  pipeline !== null &&
  daysSince(deal.stage_since) > pipeline.rots_after_days;

export interface DealEntry {
  title: string;
  customer: { id: string; name: string; code: string } | null;
  pipeline: string;
  value: number | null;
  closes: string;
  owner: Pick<PersonChoice, 'id' | 'account' | 'name'> | null;
  notes: string;
}

export const createDeal = (entry: DealEntry) =>
  command('create_deal', {
    title: entry.title.trim(),
    customer_id: entry.customer?.id ?? '',
    pipeline_id: orNull(entry.pipeline),
    value: entry.value,
    expected_close_on: orNull(entry.closes),
    owner_id: entry.owner?.account ?? null,
    notes: orNull(entry.notes),
  });

export const changeDeal = (deal: Pick<Deal, 'id' | 'version' | 'contact_id'>, entry: DealEntry) =>
  command('change_deal', {
    deal_id: deal.id,
    title: entry.title.trim(),
    value: entry.value,
    expected_close_on: orNull(entry.closes),
    contact_id: deal.contact_id,
    owner_id: entry.owner?.account ?? null,
    notes: orNull(entry.notes),
    expected_version: deal.version,
  });

export const moveDeal = (
  deal: { id: string; version: number },
  stageId: string,
  lost?: { reason: string; note: string },
) =>
  command('move_deal', {
    deal_id: deal.id,
    stage_id: stageId,
    lost_reason_id: lost?.reason ?? null,
    reason: orNull(lost?.note ?? ''),
    expected_version: deal.version,
  });

export const setProducts = (
  deal: { id: string; version: number },
  lines: { product_id: string; quantity: number }[],
) => command('set_deal_products', { deal_id: deal.id, lines, expected_version: deal.version });

export const orderDeal = (
  deal: { id: string; version: number },
  entry: { place: string; day: string },
) =>
  command('order_deal', {
    deal_id: deal.id,
    warehouse_id: entry.place,
    requested_on: orNull(entry.day),
    expected_version: deal.version,
  });

/** What the open deals will bring, by month. */
export function forecast() {
  return rows(supabase.from('deal_forecast').select('*').limit(2000));
}
