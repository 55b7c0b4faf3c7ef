import { command } from '#lib/platform/command.ts';
import { having, type ListQuery, readPage } from '#lib/platform/list.ts';
import { answerOf } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { documentList, enteredFilter } from '#lib/workflow/list.ts';
import type { Looks } from '#lib/workflow/workflow.ts';
import { placeFilter } from './places_filter.ts';
import type { itemsOf } from './warehouse.ts';
import { m } from '#lib/words.ts';

const PLACES = `*,
  from:warehouses!transfers_tenant_id_from_warehouse_id_fkey(name),
  to:warehouses!transfers_tenant_id_to_warehouse_id_fkey(name)` as const;

export type Transfer = Awaited<ReturnType<typeof listTransfers>>['rows'][number];
type Items = ReturnType<typeof itemsOf>;

/** Receiving needs what was counted: its form is on the page. */
export const transferCommands = {
  dispatch: {
    label: m.send_on_its_way(),
    variant: 'primary',
    done: m.the_goods_are_on_their_way(),
  },
  cancel: {
    label: m.call_off(),
    variant: 'danger',
    done: m.the_transfer_was_called_off(),
    asks: {
      title: m.call_this_transfer_off(),
      text: m.what_is_on_its_way_comes_back(),
      reason: 'required',
    },
  },
} satisfies Looks<'transfer'>;

export const TRANSFERS = documentList('transfer', {
  filters: [
    {
      ...placeFilter(m.from_or_to()),
      means: (places) => [
        {
          any: [
            { column: 'from_warehouse_id', in: places },
            { column: 'to_warehouse_id', in: places },
          ],
        },
      ],
    },
    enteredFilter(),
  ],
});

export function listTransfers(list: ListQuery) {
  return readPage(TRANSFERS, list, (relations) =>
    supabase.from('transfers').select(having(PLACES, relations)),
  );
}

/**
 * A transfer with what was sent (nothing while the reader is one who counts it without knowing) and what
 * has come so far, receipt by receipt.
 */
export function readTransfer(id: string) {
  return answerOf(
    supabase
      .from('transfers')
      .select(
        `${PLACES},allowed_commands,transfer_items(*,products(name,sku,unit)),transfer_receipts(*,products(name))`,
      )
      .eq('id', id)
      .order('id', { referencedTable: 'transfer_items' })
      .order('received_at', { referencedTable: 'transfer_receipts' })
      .order('id', { referencedTable: 'transfer_receipts' })
      .maybeSingle(),
  );
}

export function createTransfer(from: string, to: string, items: Items, note: string) {
  return command('create_transfer', {
    from_warehouse_id: from,
    to_warehouse_id: to,
    items,
    note,
  });
}

export function receivePart(id: string, items: Items) {
  return command('receive_part_transfer', { transfer_id: id, items });
}

export function receiveRest(id: string, items: Items, shortReason: string) {
  return command('receive_transfer', {
    transfer_id: id,
    items,
    ...(shortReason ? { short_reason: shortReason } : {}),
  });
}
