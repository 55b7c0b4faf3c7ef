import { command } from '#lib/platform/command.ts';
import { type ListQuery, readPage } from '#lib/platform/list.ts';
import { answerOf } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { documentList, enteredFilter } from '#lib/workflow/list.ts';
import type { Looks } from '#lib/workflow/workflow.ts';
import { placeFilter } from './places_filter.ts';
import { m } from '#lib/words.ts';

const OF = '*,warehouses(name),products(name,sku,unit)';

export type Refill = Awaited<ReturnType<typeof listRefills>>['rows'][number];

/** Completing asks how many were filled: its form is on the page. */
export const refillCommands = {
  start: { label: m.start_filling(), variant: 'primary', done: m.they_are_being_filled() },
  complete: { label: m.complete(), variant: 'primary', done: m.they_are_filled() },
  cancel: {
    label: m.cancel(),
    variant: 'danger',
    done: m.the_refill_was_cancelled(),
    asks: { title: m.cancel_this_refill(), reason: 'required' },
  },
  reverse: {
    label: m.reverse(),
    variant: 'danger',
    done: m.the_refill_was_reversed(),
    asks: {
      title: m.reverse_this_refill(),
      text: m.movements_against_it_bring_the_stock_back(),
      reason: 'required',
    },
  },
} satisfies Looks<'refill'>;

export const REFILLS = documentList('refill', {
  filters: [placeFilter(), enteredFilter()],
});

export function listRefills(list: ListQuery) {
  return readPage(REFILLS, list, () => supabase.from('refills').select(OF));
}

export function readRefill(id: string) {
  return answerOf(
    supabase.from('refills').select(`${OF},allowed_commands`).eq('id', id).maybeSingle(),
  );
}

/** @param quantity in base units of the full. */
export function createRefill(
  warehouseId: string,
  productId: string,
  quantity: number | null,
  note: string,
) {
  return command('create_refill', {
    warehouse_id: warehouseId,
    product_id: productId,
    quantity: quantity ?? 0,
    note,
  });
}

/** @param filled in base units of the full. */
export function completeRefill(id: string, filled: number | null) {
  return command('complete_refill', { refill_id: id, filled: filled ?? 0 });
}
