import { ask, command } from '#lib/platform/command.ts';
import { having, type ListQuery, readPage } from '#lib/platform/list.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { documentList, enteredFilter } from '#lib/workflow/list.ts';
import type { Looks } from '#lib/workflow/workflow.ts';
import { placeFilter } from './places_filter.ts';
import type { Condition } from './warehouse.ts';
import { m, terms } from '#lib/words.ts';

export type StockCount = Awaited<ReturnType<typeof listCounts>>['rows'][number];
export type CountLine = Awaited<ReturnType<typeof linesFrom>>[number];

/** Recording, explaining and recounting need lines: they are on the page. */
export const countCommands = {
  start: { label: m.start_counting(), variant: 'primary', done: m.counting_has_begun() },
  refresh: { label: m.compare_with_the_books(), done: m.the_lines_are_those_of_the_stock() },
  finish: { label: m.finish_counting(), variant: 'primary', done: m.the_count_is_finished() },
  approve: { label: m.approve(), variant: 'primary', done: m.the_count_was_approved() },
  post: { label: m.post_to_stock(), variant: 'primary', done: m.the_stock_is_as_it_was_counted() },
  cancel: {
    label: m.give_up(),
    variant: 'danger',
    done: m.the_count_was_given_up(),
    asks: {
      title: m.give_this_count_up(),
      text: m.it_changes_nothing_what_was_counted_stays(),
      reason: 'required',
    },
  },
} satisfies Looks<'stock_count'>;

export const COUNTS = documentList('stock_count', {
  filters: [
    placeFilter(),
    enteredFilter(),
    {
      name: 'full',
      label: m.what(),
      kind: 'flag',
      column: 'is_full',
      yes: m.everything(),
      no: m.some_products(terms),
      more: true,
    },
  ],
});

export function listCounts(list: ListQuery) {
  return readPage(COUNTS, list, (relations) =>
    supabase.from('stock_counts').select(having('*,warehouses(name)', relations)),
  );
}

export function readCount(id: string) {
  return answerOf(
    supabase
      .from('stock_counts')
      .select('*,allowed_commands,warehouses(name)')
      .eq('id', id)
      .maybeSingle(),
  );
}

/** What a unit of every balance of a place is worth, by product and condition; for who sees reports. */
export async function unitCosts(placeId: string): Promise<Map<string, number>> {
  const values = await rows(
    supabase
      .from('stock_valuation')
      .select('product_id,condition,unit_cost')
      .eq('warehouse_id', placeId)
      .limit(MOST),
  );
  return new Map(
    values.map((row) => [`${row.product_id} ${row.condition}`, Number(row.unit_cost ?? 0)]),
  );
}

/** Rows that one request brings, and lines that one command takes. */
const MOST = 1000;

/** Every line of a count; a full one may have thousands. */
export async function countLines(id: string): Promise<CountLine[]> {
  const lines: CountLine[] = [];
  for (let part = null; part === null || part === MOST;) {
    const next = await linesFrom(id, lines.length);
    lines.push(...next);
    part = next.length;
  }
  return lines.sort((a, b) => (a.products?.name ?? '').localeCompare(b.products?.name ?? ''));
}

function linesFrom(id: string, first: number) {
  return rows(
    supabase
      .from('stock_count_items')
      .select(
        '*,products(name,sku,unit,tracking),stock_count_batches(id,counted,expected,variance,batches(code,expires_on))',
      )
      .eq('stock_count_id', id)
      .order('id')
      .range(first, first + MOST - 1),
  );
}

export interface Countable {
  id: string;
  name: string;
  sku: string;
}

/** What of a place is due to be counted, by how much of it moves and when it was counted last. */
export async function dueToCount(placeId: string): Promise<Countable[]> {
  const suggested = await ask('count_suggestions', { place_id: placeId });
  return suggested
    .filter((row) => row.is_due)
    .map((row) => ({ id: row.product_id, name: row.product_name, sku: row.product_sku }));
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

/** What was found of a batch; its last day where that is not known yet. */
export type FoundBatch = { code: string; expires_on: string | null; counted: number };

export interface Found {
  product_id: string;
  condition: Condition;
  /** In base units; 0 where nothing is. */
  counted: number;
  /** Of what is tracked by batch; they sum to what was counted. */
  batches?: FoundBatch[];
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

/** @param reasonId null where nothing is known. */
export function explain(id: string, lines: CountLine[], reasonId: string | null) {
  return command('explain_stock_count', {
    stock_count_id: id,
    items: lines.map(({ product_id, condition }) => ({
      product_id,
      condition,
      reason_id: reasonId,
    })),
  });
}

export function recount(id: string, lines: CountLine[]) {
  return command('recount_stock_count', {
    stock_count_id: id,
    items: lines.map(({ product_id, condition }) => ({ product_id, condition })),
  });
}
