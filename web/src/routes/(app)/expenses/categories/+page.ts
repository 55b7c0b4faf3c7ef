import { allCategories } from '#lib/operations/categories.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ depends }) {
  depends('entity:expense_category');
  return reading(async () => ({ categories: await allCategories() }));
}
