import { command } from '#lib/platform/command.ts';
import { anyLike } from '#lib/platform/filters.ts';
import { today } from '#lib/platform/format.ts';
import { having, type ListQuery, readPage } from '#lib/platform/list.ts';
import { answerOf } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { orNull } from '#lib/platform/text.ts';
import { documentList } from '#lib/workflow/list.ts';
import type { Looks } from '#lib/workflow/workflow.ts';
import { type Asset, assetFilter } from './assets.ts';
import { m } from '#lib/words.ts';

const WITH_ASSET =
  '*,assets(id,number,name,status),maintenance_plans(id,name,every_days,is_active)';

export type MaintenanceRow = Awaited<ReturnType<typeof listMaintenance>>['rows'][number];
export type MaintenanceJob = NonNullable<Awaited<ReturnType<typeof readMaintenance>>>;

/** What is due first stands first. */
export const MAINTENANCE = documentList('maintenance_job', {
  sort: 'due_on',
  sortable: ['due_on', 'done_on', 'cost'],
  search: {
    label: m.number_or_what_is_done(),
    means: (typed) => [anyLike(typed, 'number', 'title')],
  },
  filters: [
    { name: 'due', label: m.due(), kind: 'day', column: 'due_on' },
    assetFilter,
    {
      name: 'done',
      label: m.done_on(),
      kind: 'day',
      column: 'done_on',
      optional: true,
      more: true,
    },
    { name: 'cost', label: m.what_it_cost(), kind: 'number', unit: 'money', more: true },
  ],
});

export function listMaintenance(list: ListQuery) {
  return readPage(MAINTENANCE, list, (relations) =>
    supabase.from('maintenance_jobs').select(having(WITH_ASSET, relations)),
  );
}

export function readMaintenance(id: string) {
  return answerOf(
    supabase
      .from('maintenance_jobs')
      .select(`${WITH_ASSET},allowed_commands`)
      .eq('id', id)
      .maybeSingle(),
  );
}

/** Whether its day is past. */
export const isOverdue = (job: Pick<MaintenanceRow, 'status' | 'due_on'>): boolean =>
  job.status === 'planned' && job.due_on < today();

export const maintenanceCommands = {
  complete: { label: m.it_is_done(), variant: 'primary' },
  reschedule: { label: m.give_it_another_day() },
  skip: {
    label: m.skip_it_this_once(),
    variant: 'danger',
    done: m.the_maintenance_is_skipped(),
    asks: { title: m.skip_this_maintenance(), text: m.the_next_is_planned(), reason: 'required' },
  },
} satisfies Looks<'maintenance_job'>;

type Held = Pick<MaintenanceJob, 'id' | 'version'>;

export const completeMaintenance = (
  job: Held,
  entry: { done: string; cost: number | null; note: string },
) =>
  command('complete_maintenance_job', {
    maintenance_job_id: job.id,
    done_on: orNull(entry.done),
    cost: entry.cost,
    note: orNull(entry.note),
    expected_version: job.version,
  });

export const rescheduleMaintenance = (job: Held, due: string) =>
  command('reschedule_maintenance_job', {
    maintenance_job_id: job.id,
    due_on: due,
    expected_version: job.version,
  });

export const planMaintenance = (
  asset: Pick<Asset, 'id' | 'version'>,
  entry: { title: string; due: string },
) =>
  command('create_maintenance_job', {
    asset_id: asset.id,
    title: entry.title.trim(),
    due_on: entry.due,
    expected_version: asset.version,
  });
