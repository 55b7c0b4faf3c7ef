import type { Enums, Tables } from '#lib/database.types.ts';
import { RETURN_REASON } from '#lib/choices.ts';
import { command } from '#lib/platform/command.ts';
import { customerFilter } from '#lib/parties/parties.ts';
import { choices } from '#lib/platform/label.ts';
import { having, type ListQuery, readPage } from '#lib/platform/list.ts';
import { placeFilter } from '#lib/warehouse/places_filter.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { documentList, enteredFilter } from '#lib/workflow/list.ts';
import { m } from '#lib/words.ts';

const IN_LIST = '*,customers(code,name),warehouses(name)';

export type Return = Awaited<ReturnType<typeof listReturns>>['rows'][number];
export type ReturnReason = Enums<'return_reason'>;

export const RETURNS = documentList('return', {
  filters: [
    customerFilter,
    { name: 'reason', label: m.reason(), kind: 'choice', options: choices(RETURN_REASON) },
    placeFilter(m.to()),
    enteredFilter(m.asked_for()),
  ],
});

export function listReturns(list: ListQuery) {
  return readPage(RETURNS, list, (relations) =>
    supabase.from('returns').select(having(IN_LIST, relations)),
  );
}

/** A return with what comes back, of which order, and its credit notes. */
export function readReturn(id: string) {
  return answerOf(
    supabase
      .from('returns')
      .select(
        `${IN_LIST},allowed_commands,
        return_items(*,products(name,sku,unit),order_items(orders(id,number))),
        credit_notes(id,number,status,total)`,
      )
      .eq('id', id)
      .order('id', { referencedTable: 'return_items' })
      .maybeSingle(),
  );
}

/** Lines of an order of which something can still come back, with how much. */
export async function returnableLines(orderId: string) {
  const lines = await rows(
    supabase
      .from('order_items')
      .select(
        'id,line_number,product_name,product_sku,unit,quantity_delivered,unit_price,return_items(quantity,received,returns(status))',
      )
      .eq('order_id', orderId)
      .gt('quantity_delivered', 0)
      .order('line_number')
      .limit(500),
  );
  return lines.map(({ return_items: asked, ...line }) => {
    const gone = asked
      .filter((item) => item.returns?.status !== 'rejected')
      .reduce((sum, item) => sum + Number(item.received ?? item.quantity), 0);
    return { ...line, left: Math.round((Number(line.quantity_delivered) - gone) * 1000) / 1000 };
  });
}

export interface ReturnInput {
  customer_id: string;
  reason: ReturnReason;
  notes: string | null;
  warehouse_id: string;
  items: { order_item_id: string; quantity: number }[];
}

export function requestReturn(input: ReturnInput) {
  return command('request_return', input);
}

export type Found = {
  return_item_id: string;
  good: number;
  suspect: number;
  defective: number;
};

export function receiveReturn(taken: Tables<'returns'>, items: Found[]) {
  return command('receive_return', {
    return_id: taken.id,
    items,
    expected_version: taken.version,
  });
}
