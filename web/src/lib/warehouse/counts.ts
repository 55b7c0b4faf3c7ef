import type { Tables } from '#lib/database.types.ts';
import { command } from '#lib/platform/command.ts';
import { type ListQuery, oneOf, page } from '#lib/platform/list.ts';
import { attach, link, oneWith, rows, type Offered, type With } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { statesOf } from '#lib/workflow/documents.ts';
import type { Looks } from '#lib/workflow/workflow.ts';
import type { Condition } from './warehouse.ts';

const ON_COUNT = { warehouses: link('warehouse_id', 'warehouses', 'name') };
const PRODUCT = { products: link('product_id', 'products', 'name', 'sku', 'unit') };

export type StockCount = With<Tables<'stock_counts'>, typeof ON_COUNT>;
export type CountLine = With<Tables<'stock_count_items'>, typeof PRODUCT>;

/** Recording and recounting need lines: they are on the page. */
export const countCommands = {
  start: { label: 'Start counting', variant: 'primary', done: 'Counting has begun.' },
  finish: { label: 'Finish counting', variant: 'primary', done: 'The count is finished.' },
  approve: { label: 'Approve', variant: 'primary', done: 'The count was approved.' },
  post: { label: 'Post to stock', variant: 'primary', done: 'The stock is as it was counted.' },
  cancel: {
    label: 'Give up',
    variant: 'danger',
    done: 'The count was given up.',
    asks: {
      title: 'Give this count up?',
      text: 'It changes nothing. What was counted stays in its history.',
      reason: 'required',
    },
  },
} satisfies Looks<'stock_count'>;

export function listCounts(list: ListQuery) {
  let query = supabase.from('stock_counts').select('*');
  const status = oneOf(statesOf('stock_count'), list.filters.status);
  const { warehouse } = list.filters;
  if (status) query = query.eq('status', status);
  if (warehouse) query = query.eq('warehouse_id', warehouse);
  return page(
    query.order(list.sort, { ascending: list.ascending }).order('id', { ascending: false }),
    list,
    ON_COUNT,
  );
}

export function readCount(id: string): Promise<Offered<StockCount> | null> {
  return oneWith(
    supabase.from('stock_counts').select('*,allowed_commands').eq('id', id).maybeSingle(),
    ON_COUNT,
  );
}

/** Rows that one request brings, and lines that one command takes. */
const MOST = 1000;

/** Every line of a count; a full one may have thousands. */
export async function countLines(id: string): Promise<CountLine[]> {
  const found: Tables<'stock_count_items'>[] = [];
  for (let part = null; part === null || part === MOST;) {
    const next = await rows(
      supabase
        .from('stock_count_items')
        .select('*')
        .eq('stock_count_id', id)
        .order('id')
        .range(found.length, found.length + MOST - 1),
    );
    found.push(...next);
    part = next.length;
  }
  const lines = await attach(found, PRODUCT);
  return lines.sort((a, b) => (a.products?.name ?? '').localeCompare(b.products?.name ?? ''));
}

/** @param products none for a full count. */
export function createCount(
  warehouseId: string,
  counters: string[],
  products: string[] | null,
  note: string,
) {
  return command('create_stock_count', {
    warehouse_id: warehouseId,
    counter_ids: counters,
    note,
    ...(products ? { product_ids: products } : {}),
  });
}

export interface Found {
  product_id: string;
  condition: Condition;
  /** In base units; 0 where nothing is. */
  counted: number;
}

export async function recordCount(id: string, found: Found[]): Promise<number> {
  for (let from = 0; from < found.length; from += MOST) {
    await command('record_stock_count', {
      stock_count_id: id,
      items: found.slice(from, from + MOST).map((line) => ({ ...line })),
    });
  }
  return found.length;
}

export function finishCount(id: string, leaveUncounted: boolean) {
  return command('finish_stock_count', { stock_count_id: id, leave_uncounted: leaveUncounted });
}

export function recount(id: string, lines: CountLine[]) {
  return command('recount_stock_count', {
    stock_count_id: id,
    items: lines.map(({ product_id, condition }) => ({ product_id, condition })),
  });
}
