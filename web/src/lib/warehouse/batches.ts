import { BATCH_STATUS } from '#lib/choices.ts';
import type { Views } from '#lib/database.types.ts';
import { today } from '#lib/platform/format.ts';
import { type ListPage, type ListQuery, oneOf, page, pattern } from '#lib/platform/list.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import type { Looks } from '#lib/workflow/workflow.ts';

/** A view does not say that its columns are always there. */
type Known<Row> = { [Column in keyof Row]: NonNullable<Row[Column]> };
type Balance = Views<'batch_balances'>;
export type Batch = Known<Omit<Balance, 'expires_on' | 'days_left'>> &
  Pick<Balance, 'expires_on' | 'days_left'>;

/** How many days before its last one a batch is nearly expired. */
export const NEARLY = 30;

export const batchCommands = {
  block: {
    label: 'Recall',
    variant: 'danger',
    done: 'The batch is blocked everywhere.',
    asks: {
      title: 'Recall this batch?',
      text: 'None of it is promised or loaded from now on, in any place. Who got it is listed on this page.',
      reason: 'required',
    },
  },
  release: { label: 'Release', variant: 'primary', done: 'The batch can be sold again.' },
} satisfies Looks<'batch'>;

export async function listBatches(list: ListQuery) {
  let query = supabase.from('batch_balances').select('*');
  const status = oneOf(BATCH_STATUS, list.filters.status);
  if (status) query = query.eq('status', status);
  if (list.filters.lasts === 'expired') query = query.lt('expires_on', today()).gt('on_hand', 0);
  if (list.filters.lasts === 'nearly')
    query = query.gte('expires_on', today()).lte('expires_on', today(NEARLY)).gt('on_hand', 0);
  if (list.search) {
    const like = pattern(list.search);
    query = query.or(`code.ilike.${like},product_name.ilike.${like},product_sku.ilike.${like}`);
  }
  const shown = await page(
    query.order(list.sort, { ascending: list.ascending, nullsFirst: false }).order('id'),
    list,
  );
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
