import type { Views } from '#lib/database.types.ts';
import { today } from '#lib/platform/format.ts';
import { anyLike, type Condition } from '#lib/platform/filters.ts';
import { type ListPage, type ListQuery, type ListShape, readPage } from '#lib/platform/list.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { stateFilter } from '#lib/workflow/documents.ts';
import type { Looks } from '#lib/workflow/workflow.ts';
import { m, terms } from '#lib/words.ts';

/** A view does not say that its columns are always there. */
type Known<Row> = { [Column in keyof Row]: NonNullable<Row[Column]> };
type Balance = Views<'batch_balances'>;
export type Batch = Known<Omit<Balance, 'expires_on' | 'days_left'>> &
  Pick<Balance, 'expires_on' | 'days_left'>;

/** How many days before its last one a batch is nearly expired. */
export const NEARLY = 30;

export const batchCommands = {
  block: {
    label: m.recall(),
    variant: 'danger',
    done: m.the_batch_is_blocked_everywhere(),
    asks: {
      title: m.recall_this_batch(),
      text: m.none_of_it_is_promised_or_loaded(),
      reason: 'required',
    },
  },
  release: { label: m.release(), variant: 'primary', done: m.the_batch_can_be_sold_again() },
} satisfies Looks<'batch'>;

/** There is some of it, and its last day is one of these. */
const lasting = (days: { from?: string; to?: string; below?: string }): Condition[] => [
  { column: 'expires_on', ...days },
  { column: 'on_hand', from: '0.001' },
];

export const BATCHES: ListShape = {
  table: 'batch_balances',
  sort: 'expires_on',
  sortable: ['expires_on', 'code', 'product_name', 'on_hand', 'created_at'],
  search: {
    label: m.batch_product_or_sku(terms),
    means: (typed) => [anyLike(typed, 'code', 'product_name', 'product_sku')],
  },
  filters: [
    stateFilter('batch'),
    {
      name: 'lasts',
      label: m.lasts(),
      kind: 'choice',
      options: [
        { value: 'nearly', label: m.up_to_nearly_days({ nearly: NEARLY }) },
        { value: 'expired', label: m.past_its_last_day() },
      ],
      means: (values) => {
        const nearly = lasting({ from: today(), to: today(NEARLY) });
        const expired = lasting({ below: today() });
        if (values.length > 1) return lasting({ to: today(NEARLY) });
        return values[0] === 'expired' ? expired : nearly;
      },
    },
    { name: 'expires', label: m.last_day(), kind: 'day', column: 'expires_on', optional: true },
  ],
};

export async function listBatches(list: ListQuery) {
  const shown = await readPage(BATCHES, list, () => supabase.from('batch_balances').select('*'));
  return shown as ListPage<Batch>;
}

export function readBatch(id: string) {
  return answerOf(
    supabase
      .from('batches')
      .select('*,allowed_commands,products(name,sku,unit)')
      .eq('id', id)
      .maybeSingle(),
  );
}

export type BatchStock = Awaited<ReturnType<typeof stockOfBatch>>[number];

/** Where it is. */
export function stockOfBatch(id: string) {
  return rows(
    supabase
      .from('batch_stock')
      .select('id,condition,on_hand,warehouses(name),products(name,sku,unit)')
      .eq('batch_id', id)
      .gt('on_hand', 0)
      .order('on_hand', { ascending: false })
      .limit(500),
  );
}

/** Who got it, the latest first. */
export async function recipientsOf(id: string) {
  return (await rows(
    supabase
      .from('batch_recipients')
      .select('*')
      .eq('batch_id', id)
      .order('delivered_at', { ascending: false })
      .limit(1000),
  )) as Known<Views<'batch_recipients'>>[];
}
