import type { Tables } from '#lib/database.types.ts';
import { rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';

export type ExpenseCategory = Pick<Tables<'expense_categories'>, 'id' | 'name'>;

/** Those that can be chosen. */
export function expenseCategories(): Promise<ExpenseCategory[]> {
  return rows(
    supabase
      .from('expense_categories')
      .select('id,name')
      .eq('is_active', true)
      .order('name')
      .limit(200),
  );
}

/** All of them, also those that are out of use. */
export function allCategories() {
  return rows(supabase.from('expense_categories').select('*').order('name').limit(500));
}
