import type { Enums, Tables } from '#lib/database.types.ts';
import { label } from '#lib/platform/label.ts';
import { anyLike, inUseFilter } from '#lib/platform/filters.ts';
import { type ListQuery, type ListShape, readPage } from '#lib/platform/list.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { m } from '#lib/words.ts';

export type Reason = Tables<'adjustment_reasons'>;
export type Effect = Enums<'adjustment_effect'>;

/** What a reason explains, as a sentence part. */
export const EFFECTS: Record<Effect, string> = {
  increase: m.stock_that_is_added(),
  decrease: m.stock_that_is_taken(),
  both: m.either(),
  condition_change: m.goods_that_change_their_condition(),
};

export const effects = (Object.keys(EFFECTS) as Effect[]).map((value) => ({
  value,
  label: EFFECTS[value],
}));

export const REASONS: ListShape = {
  table: 'adjustment_reasons',
  sort: 'name',
  sortable: ['name', 'effect', 'created_at'],
  search: { label: m.name(), means: (typed) => [anyLike(typed, 'name')] },
  filters: [inUseFilter, { name: 'effect', label: m.explains(), kind: 'choice', options: effects }],
};

export function listReasons(list: ListQuery) {
  return readPage(REASONS, list, () => supabase.from('adjustment_reasons').select('*'));
}

/** Those that can be chosen. */
export function reasons(): Promise<Reason[]> {
  return rows(
    supabase.from('adjustment_reasons').select('*').eq('is_active', true).order('name').limit(200),
  );
}

/** Those that explain a difference of this sign, as the choices of a select. */
export function explaining(list: Reason[], difference: number) {
  const fitting: Effect[] = ['both', difference > 0 ? 'increase' : 'decrease'];
  return list
    .filter((reason) => fitting.includes(reason.effect))
    .map((reason) => ({ value: reason.id, label: reason.name }));
}

export const reasonChoices = (list: Reason[]) =>
  list.map((reason) => ({
    value: reason.id,
    label: `${reason.name} (${label(reason.effect).toLowerCase()})`,
  }));

export function createReason(name: string, effect: Effect, isBreakage: boolean) {
  return answerOf(
    supabase.from('adjustment_reasons').insert({ name, effect, is_breakage: isBreakage }),
  );
}

export function changeReason(id: string, name: string, isBreakage: boolean, isActive: boolean) {
  return answerOf(
    supabase
      .from('adjustment_reasons')
      .update({ name, is_breakage: isBreakage, is_active: isActive })
      .eq('id', id),
  );
}
