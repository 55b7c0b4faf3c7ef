import { readExpense } from '#lib/operations/expenses.ts';
import { recordLoad } from '#lib/records/record.ts';

export const load = recordLoad('expense', readExpense);
