import type { Database, Tables, Views } from '#lib/database.types.ts';
import { command } from '#lib/platform/command.ts';
import { anyLike } from '#lib/platform/filters.ts';
import { label } from '#lib/platform/label.ts';
import { type ListPage, type ListQuery, type ListShape, readPage } from '#lib/platform/list.ts';
import { rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { personFilter } from '#lib/tenancy/tenancy.ts';
import { territoryFilter } from './parties.ts';
import { m, terms } from '#lib/words.ts';

export type Outcome = Database['public']['Enums']['credit_review_outcome'];
export type Standing = Views<'credit_standings'> & { id: string };

/** What can be decided; only who is active can be suspended. */
export const OUTCOMES: readonly Outcome[] = ['keep', 'change_limit', 'suspend'];

/** Why the credit of a customer wants looking at: columns of `credit_standings`. */
export const REASONS = {
  is_over_limit: m.over_the_limit(),
  is_overdue: m.overdue_invoices(terms),
  is_suspended: label('suspended'),
  has_ended_papers: m.a_paper_has_ended(),
  is_review_due: m.review_is_due(),
} as const;
type Reason = keyof typeof REASONS;
const reasons = Object.keys(REASONS) as Reason[];

export const STANDINGS: ListShape = {
  table: 'credit_standings',
  sort: '-overdue',
  sortable: ['name', 'used', 'credit_left', 'overdue', 'oldest_due_on', 'review_on'],
  search: { label: m.customer(terms), means: (typed) => [anyLike(typed, 'name', 'code')] },
  filters: [
    {
      name: 'reason',
      label: m.reason(),
      kind: 'choice',
      options: reasons.map((value) => ({ value, label: REASONS[value] })),
      means: (values) => [{ any: values.map((column) => ({ column, is: true })) }],
    },
    territoryFilter,
    { ...personFilter('rep', m.sales_rep(), 'sales_rep_id'), optional: true, more: true },
    { name: 'overdue', label: m.overdue_word(), kind: 'number', unit: 'money', more: true },
  ],
  key: 'customer_id',
};

/** Customers whose credit wants looking at, the most overdue first. */
export async function listStandings(list: ListQuery) {
  return (await readPage(STANDINGS, list, () =>
    supabase.from('credit_standings').select('*,id:customer_id'),
  )) as ListPage<Standing>;
}

/** Why one of them is there, in words. */
export const reasonsOf = (row: Standing): string =>
  reasons
    .filter((reason) => row[reason])
    .map((reason) =>
      reason === 'has_ended_papers'
        ? `${REASONS[reason]} (${row.document_ended})`
        : REASONS[reason],
    )
    .join(', ');

export type Review = Tables<'credit_reviews'>;

/** What was decided about the credit of a customer, the latest first. */
export function reviewsOf(customerId: string): Promise<Review[]> {
  return rows(
    supabase
      .from('credit_reviews')
      .select('*')
      .eq('customer_id', customerId)
      .order('created_at', { ascending: false })
      .limit(5),
  );
}

/** @throws {PortalError} version_conflict where somebody else decided first */
export function reviewCredit(
  customer: { id: string; version: number | null },
  entry: { outcome: Outcome; limit: number | null; note: string; day: string },
) {
  return command('review_credit', {
    customer_id: customer.id,
    outcome: entry.outcome,
    note: entry.note,
    ...(entry.outcome === 'change_limit' && entry.limit !== null ? { new_limit: entry.limit } : {}),
    ...(entry.day ? { review_on: entry.day } : {}),
    ...(customer.version === null ? {} : { expected_version: customer.version }),
  });
}
