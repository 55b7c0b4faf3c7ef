import type { Tables } from '#lib/database.types.ts';
import { command } from '#lib/platform/command.ts';
import { type ListQuery, oneOf, page } from '#lib/platform/list.ts';
import { attach, link, oneWith, rows, type Offered, type With } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { statesOf } from '#lib/workflow/documents.ts';
import type { Looks } from '#lib/workflow/workflow.ts';
import type { itemsOf } from './warehouse.ts';

const ON_TRANSFER = {
  from: link('from_warehouse_id', 'warehouses', 'name'),
  to: link('to_warehouse_id', 'warehouses', 'name'),
};
const PRODUCT = { products: link('product_id', 'products', 'name', 'sku', 'unit') };

export type Transfer = With<Tables<'transfers'>, typeof ON_TRANSFER>;
type Items = ReturnType<typeof itemsOf>;

/** Receiving needs what was counted: its form is on the page. */
export const transferCommands = {
  dispatch: { label: 'Send on its way', variant: 'primary', done: 'The goods are on their way.' },
  cancel: {
    label: 'Call off',
    variant: 'danger',
    done: 'The transfer was called off.',
    asks: {
      title: 'Call this transfer off?',
      text: 'What is on its way comes back to the place it left.',
      reason: 'required',
    },
  },
} satisfies Looks<'transfer'>;

export function listTransfers(list: ListQuery) {
  let query = supabase.from('transfers').select('*');
  const status = oneOf(statesOf('transfer'), list.filters.status);
  const { warehouse } = list.filters;
  if (status) query = query.eq('status', status);
  if (warehouse) {
    query = query.or(`from_warehouse_id.eq.${warehouse},to_warehouse_id.eq.${warehouse}`);
  }
  return page(
    query.order(list.sort, { ascending: list.ascending }).order('id', { ascending: false }),
    list,
    ON_TRANSFER,
  );
}

export function readTransfer(id: string): Promise<Offered<Transfer> | null> {
  return oneWith(
    supabase.from('transfers').select('*,allowed_commands').eq('id', id).maybeSingle(),
    ON_TRANSFER,
  );
}

/** What was sent; nothing while the reader is one who counts it without knowing. */
export async function transferItems(id: string) {
  const found = await rows(
    supabase.from('transfer_items').select('*').eq('transfer_id', id).order('id').limit(1000),
  );
  return attach(found, PRODUCT);
}

/** What has come so far, receipt by receipt. */
export async function transferReceipts(id: string) {
  const found = await rows(
    supabase
      .from('transfer_receipts')
      .select('*')
      .eq('transfer_id', id)
      .order('received_at')
      .order('id')
      .limit(1000),
  );
  return attach(found, PRODUCT);
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
