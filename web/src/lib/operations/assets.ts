import { vehicleFilter } from '#lib/delivery/filters.ts';
import { command } from '#lib/platform/command.ts';
import { anyLike, type Filter, narrow } from '#lib/platform/filters.ts';
import { having, type ListQuery, readPage } from '#lib/platform/list.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { orNull } from '#lib/platform/text.ts';
import { personFilter, type PersonChoice } from '#lib/tenancy/tenancy.ts';
import { placeFilter } from '#lib/warehouse/places_filter.ts';
import { documentList, enteredFilter } from '#lib/workflow/list.ts';
import type { Looks } from '#lib/workflow/workflow.ts';
import { m } from '#lib/words.ts';

const IN_LIST = '*,asset_kinds(name),warehouses(name),users(id,full_name)';

export type AssetRow = Awaited<ReturnType<typeof listAssets>>['rows'][number];
export type Asset = NonNullable<Awaited<ReturnType<typeof readAsset>>>;

const kinds = () => supabase.from('asset_kinds').select('id,name');

export const ASSETS = documentList('asset', {
  sort: 'name',
  sortable: ['name', 'cost', 'bought_on', 'warranty_until', 'next_maintenance_on'],
  search: {
    label: m.name_number_or_serial(),
    means: (typed) => [anyLike(typed, 'name', 'number', 'serial')],
  },
  filters: [
    {
      name: 'kind',
      label: m.kind(),
      kind: 'record',
      column: 'kind_id',
      search: async (text) =>
        (
          await rows(
            narrow(kinds(), [anyLike(text, 'name')])
              .order('name')
              .limit(20),
          )
        ).map((found) => ({ ...found, code: '' })),
      find: async (id) => {
        const found = await answerOf(kinds().eq('id', id).maybeSingle());
        return found && { ...found, code: '' };
      },
    },
    { ...placeFilter(), optional: true },
    { ...personFilter('holder', m.who_has_it(), 'holder_id', 'user_id'), optional: true },
    {
      name: 'next',
      label: m.next_maintenance(),
      kind: 'day',
      column: 'next_maintenance_on',
      optional: true,
    },
    {
      name: 'warranty',
      label: m.warranty_until(),
      kind: 'day',
      column: 'warranty_until',
      optional: true,
      more: true,
    },
    { ...vehicleFilter, optional: true, more: true },
    { name: 'cost', label: m.what_it_cost(), kind: 'number', unit: 'money', more: true },
    enteredFilter(),
  ],
});

export function listAssets(list: ListQuery) {
  return readPage(ASSETS, list, (relations) =>
    supabase.from('assets').select(having(IN_LIST, relations)),
  );
}

/** An asset with its plans, and what was or will be done on it. */
export function readAsset(id: string) {
  return answerOf(
    supabase
      .from('assets')
      .select(
        `${IN_LIST},allowed_commands,vehicles(id,name,registration),maintenance_plans(*),maintenance_jobs(id,number,status,title,due_on,done_on)`,
      )
      .eq('id', id)
      .order('name', { referencedTable: 'maintenance_plans' })
      .order('due_on', { referencedTable: 'maintenance_jobs', ascending: false })
      .limit(20, { referencedTable: 'maintenance_jobs' })
      .maybeSingle(),
  );
}

/** Where it is: the depot, or whoever has it. */
export const whereIs = (asset: Pick<AssetRow, 'holder_id' | 'users' | 'warehouses'>): string =>
  asset.holder_id ? (asset.users?.full_name ?? m.somebody()) : (asset.warehouses?.name ?? '');

/** Kinds that can be chosen. */
export const assetKinds = () => rows(kinds().eq('is_active', true).order('name').limit(200));

/** All of them, also those that are out of use. */
export const allAssetKinds = () =>
  rows(supabase.from('asset_kinds').select('*').order('name').limit(500));

export const assetCommands = {
  restore: {
    label: m.it_is_back_from_repair(),
    variant: 'primary',
    done: m.the_asset_is_in_service(),
  },
  hand_over: { label: m.hand_over() },
  create_maintenance_job: { label: m.plan_maintenance() },
  repair: { label: m.send_to_repair() },
  change: { label: m.change(), href: (id: string) => `/assets/${id}/edit` },
  retire: {
    label: m.retire(),
    variant: 'danger',
    done: m.the_asset_is_retired(),
    asks: {
      title: m.retire_this_asset(),
      text: m.what_was_planned_for_it_is_skipped(),
      reason: 'required',
    },
  },
} satisfies Looks<'asset'>;

export interface AssetEntry {
  name: string;
  kind: string;
  serial: string;
  bought: string;
  cost: number | null;
  warranty: string;
  vehicle: string;
  notes: string;
  place: string;
  holder: Pick<PersonChoice, 'id' | 'account' | 'name'> | null;
}

const valuesOf = (entry: AssetEntry) => ({
  name: entry.name.trim(),
  kind_id: entry.kind,
  serial: orNull(entry.serial),
  bought_on: orNull(entry.bought),
  cost: entry.cost,
  warranty_until: orNull(entry.warranty),
  vehicle_id: orNull(entry.vehicle),
  notes: orNull(entry.notes),
});

/** Where it goes: with a person it is in no depot. */
const placeOf = (entry: Pick<AssetEntry, 'place' | 'holder'>) => ({
  holder_id: entry.holder?.account ?? null,
  warehouse_id: entry.holder ? null : orNull(entry.place),
});

export const createAsset = (entry: AssetEntry) =>
  command('create_asset', { ...valuesOf(entry), ...placeOf(entry) });

export const changeAsset = (asset: Pick<Asset, 'id' | 'version'>, entry: AssetEntry) =>
  command('change_asset', {
    asset_id: asset.id,
    ...valuesOf(entry),
    expected_version: asset.version,
  });

export const handOverAsset = (
  asset: Pick<Asset, 'id' | 'version'>,
  entry: Pick<AssetEntry, 'place' | 'holder'>,
) =>
  command('hand_over_asset', {
    asset_id: asset.id,
    ...placeOf(entry),
    expected_version: asset.version,
  });

export const repairAsset = (
  asset: Pick<Asset, 'id' | 'version'>,
  entry: { reason: string; back: string },
) =>
  command('repair_asset', {
    asset_id: asset.id,
    reason: entry.reason,
    back_on: orNull(entry.back),
    expected_version: asset.version,
  });

/** The filter by the asset that a row is about. */
export const assetFilter = {
  name: 'asset',
  label: m.asset(),
  kind: 'record',
  column: 'asset_id',
  search: async (text) =>
    (
      await rows(
        narrow(supabase.from('assets').select('id,number,name'), [
          anyLike(text, 'name', 'number', 'serial'),
        ])
          .order('name')
          .limit(20),
      )
    ).map(({ id, number, name }) => ({ id, code: number, name })),
  find: async (id) => {
    const found = await answerOf(
      supabase.from('assets').select('id,number,name').eq('id', id).maybeSingle(),
    );
    return found && { id: found.id, code: found.number, name: found.name };
  },
} satisfies Filter;
