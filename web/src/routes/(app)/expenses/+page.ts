import { EXPENSES, listExpenses } from '#lib/operations/expenses.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:expense');
  const list = readList(url, EXPENSES);
  return reading(async () => ({ expenses: await listExpenses(list) }));
}
