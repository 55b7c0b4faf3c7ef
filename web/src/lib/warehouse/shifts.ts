import { command } from '#lib/platform/command.ts';
import { type ListQuery, readPage } from '#lib/platform/list.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { documentList, enteredFilter } from '#lib/workflow/list.ts';
import type { Looks } from '#lib/workflow/workflow.ts';
import { placeFilter } from './places_filter.ts';
import { m } from '#lib/words.ts';

const OF = '*,warehouses(name)';

export type Shift = Awaited<ReturnType<typeof listShifts>>['rows'][number];

/** Closing asks who counts: its form is on the page. */
export const shiftCommands = {
  close: { label: m.close(), variant: 'primary' },
} satisfies Looks<'depot_shift'>;

export const SHIFTS = documentList('depot_shift', {
  sortable: ['opened_at', 'closed_at'],
  filters: [placeFilter(), enteredFilter()],
});

export function listShifts(list: ListQuery) {
  return readPage(SHIFTS, list, () => supabase.from('depot_shifts').select(OF));
}

export function readShift(id: string) {
  return answerOf(
    supabase
      .from('depot_shifts')
      .select(
        `${OF},allowed_commands,opening:stock_counts!depot_shifts_tenant_id_opening_count_id_fkey(id,number,status),closing:stock_counts!depot_shifts_tenant_id_closing_count_id_fkey(id,number,status)`,
      )
      .eq('id', id)
      .maybeSingle(),
  );
}

/** Lines of a count that differ from the books, the largest first. */
export function differencesOf(countId: string) {
  return rows(
    supabase
      .from('stock_count_items')
      .select('id,condition,expected,counted,variance,products(name,sku,unit)')
      .eq('stock_count_id', countId)
      .neq('variance', 0)
      .order('variance')
      .limit(500),
  );
}

/** Places that are opened and closed with a count. */
export function placesWithShifts() {
  return rows(
    supabase
      .from('warehouses')
      .select('id,name')
      .eq('works_in_shifts', true)
      .eq('is_active', true)
      .order('name')
      .limit(500),
  );
}

/** @param counters accounts of those who count. */
export function openDepot(placeId: string, counters: string[]) {
  return command('open_depot', { warehouse_id: placeId, counter_ids: counters });
}

export function closeShift(shift: { id: string; version: number }, counters: string[]) {
  return command('close_depot_shift', {
    depot_shift_id: shift.id,
    counter_ids: counters,
    expected_version: shift.version,
  });
}
