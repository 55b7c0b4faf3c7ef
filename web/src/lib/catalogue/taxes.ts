import type { Json, Tables } from '#lib/database.types.ts';
import { command } from '#lib/platform/command.ts';
import { UNNAMED_TAX } from '#lib/paper/tax.ts';
import { quantity } from '#lib/platform/format.ts';
import { anyLike, inUseFilter } from '#lib/platform/filters.ts';
import { type ListQuery, type ListShape, readPage } from '#lib/platform/list.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { m } from '#lib/words.ts';

export type Tax = Tables<'taxes'>;

export const TAXES: ListShape = {
  table: 'taxes',
  sort: 'name',
  sortable: ['name', 'percent', 'created_at'],
  search: { label: m.name(), means: (typed) => [anyLike(typed, 'name')] },
  filters: [inUseFilter, { name: 'percent', label: m.percent(), kind: 'number' }],
};

export function listTaxes(list: ListQuery) {
  return readPage(TAXES, list, () => supabase.from('taxes').select('*'));
}

/** Those that products are given. */
export function taxChoices(): Promise<Tax[]> {
  return rows(supabase.from('taxes').select('*').eq('is_active', true).order('name').limit(50));
}

export function createTax(name: string, percent: number) {
  return answerOf(supabase.from('taxes').insert({ name, percent }));
}

/** The products that bear it follow. */
export async function changeTax(tax: Tax, name: string, percent: number, isActive: boolean) {
  if (name !== tax.name || percent !== Number(tax.percent)) {
    await command('change_tax', { tax_id: tax.id, name, percent, expected_version: tax.version });
  }
  if (isActive !== tax.is_active) {
    await answerOf(supabase.from('taxes').update({ is_active: isActive }).eq('id', tax.id));
  }
}

/** The tax of a document by name, as the database tells it, for the sums under its lines. */
export function taxParts(taxes: Json): { label: string; value: number }[] {
  return (taxes as { name: string; percent: number; amount: number }[]).map((tax) => ({
    label: `${tax.name === UNNAMED_TAX ? m.tax() : tax.name} ${quantity(tax.percent)} %`,
    value: tax.amount,
  }));
}
