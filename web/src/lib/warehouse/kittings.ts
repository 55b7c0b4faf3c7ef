import { command } from '#lib/platform/command.ts';
import type { Enums } from '#lib/database.types.ts';
import { KITTING_DIRECTION } from '#lib/choices.ts';
import { choices } from '#lib/platform/label.ts';
import { type ListQuery, readPage } from '#lib/platform/list.ts';
import { answerOf } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { documentList, enteredFilter } from '#lib/workflow/list.ts';
import type { Looks } from '#lib/workflow/workflow.ts';
import { placeFilter } from './places_filter.ts';
import { m } from '#lib/words.ts';

const OF = '*,warehouses(name),products(name,sku,unit)';

export type Kitting = Awaited<ReturnType<typeof listKittings>>['rows'][number];

/** Completing asks what was counted: its form is on the page. */
export const kittingCommands = {
  complete: {
    label: m.complete(),
    variant: 'primary',
    done: m.the_kits_and_their_parts_have_moved(),
  },
  cancel: {
    label: m.cancel(),
    variant: 'danger',
    done: m.the_kitting_was_cancelled(),
    asks: { title: m.cancel_this_kitting(), reason: 'required' },
  },
  reverse: {
    label: m.reverse(),
    variant: 'danger',
    done: m.the_kitting_was_reversed(),
    asks: {
      title: m.reverse_this_kitting(),
      text: m.movements_against_it_bring_the_stock_back(),
      reason: 'required',
    },
  },
} satisfies Looks<'kitting'>;

export const KITTINGS = documentList('kitting', {
  filters: [
    placeFilter(),
    { name: 'direction', label: m.kind(), kind: 'choice', options: choices(KITTING_DIRECTION) },
    enteredFilter(),
  ],
});

export function listKittings(list: ListQuery) {
  return readPage(KITTINGS, list, () => supabase.from('kittings').select(OF));
}

/** A kitting with what one kit is made of today. */
export function readKitting(id: string) {
  return answerOf(
    supabase
      .from('kittings')
      .select(
        `*,warehouses(name),allowed_commands,
        products(name,sku,unit,parts:product_components!product_components_tenant_id_product_id_fkey(
          quantity,component:products!product_components_tenant_id_component_id_fkey(id,name,sku,unit)))`,
      )
      .eq('id', id)
      .maybeSingle(),
  );
}

/** @param quantity how many kits, in base units. */
export function createKitting(
  warehouseId: string,
  productId: string,
  quantity: number | null,
  direction: Enums<'kitting_direction'>,
  note: string,
) {
  return command('create_kitting', {
    warehouse_id: warehouseId,
    product_id: productId,
    quantity: quantity ?? 0,
    direction,
    note,
  });
}

/** @param items what was counted of each part, which has to be the parts exactly. */
export function completeKitting(id: string, items: { product_id: string; quantity: number }[]) {
  return command('complete_kitting', { kitting_id: id, items });
}
