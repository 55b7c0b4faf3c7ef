import type { Json, Tables } from '#lib/database.types.ts';
import { command } from '#lib/platform/command.ts';
import { findNumbers } from '#lib/platform/find.ts';
import { type ListQuery, oneOf, page } from '#lib/platform/list.ts';
import { asPrinted, lineAsPrinted } from '#lib/platform/printed.ts';
import { attach, link, oneWith, rows, type Offered, type With } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { inStates, statesOf } from '#lib/workflow/documents.ts';

const ON_NOTE = {
  customers: link('customer_id', 'customers', 'code', 'name'),
  invoices: link('invoice_id', 'invoices', 'number'),
  returns: link('return_id', 'returns', 'number'),
};

export type CreditNote = With<Tables<'credit_notes'>, typeof ON_NOTE>;

export async function listCreditNotes(list: ListQuery) {
  const { customer } = list.filters;
  const status = oneOf(statesOf('credit_note'), list.filters.status);
  let query = supabase.from('credit_notes').select('*');
  if (status) query = inStates(query, 'credit_note', [status]);
  if (customer) query = query.eq('customer_id', customer);
  if (list.search) query = query.in('number', await findNumbers('credit_note', list.search));
  return page(
    query.order(list.sort, { ascending: list.ascending }).order('id', { ascending: false }),
    list,
    ON_NOTE,
  );
}

export async function readCreditNote(
  id: string,
): Promise<(Offered<CreditNote> & { credit_note_taxes: Json }) | null> {
  const found = await oneWith(
    supabase
      .from('credit_notes')
      .select('*,allowed_commands,credit_note_taxes')
      .eq('id', id)
      .maybeSingle(),
    ON_NOTE,
  );
  return found && asPrinted(found);
}

export async function creditNoteItems(id: string) {
  const found = await rows(
    supabase
      .from('credit_note_items')
      .select('*')
      .eq('credit_note_id', id)
      .order('line_number')
      .limit(1000),
  );
  return (
    await attach(found, { products: link('product_id', 'products', 'name', 'sku', 'unit') })
  ).map(lineAsPrinted);
}

/** The money that an issued note gave, for who may see payments. */
export function moneyOfCreditNote(id: string) {
  return supabase
    .from('payments')
    .select('id,number,unallocated')
    .eq('credit_note_id', id)
    .maybeSingle();
}

export function creditNotesOf(column: 'invoice_id' | 'return_id', id: string) {
  return rows(
    supabase
      .from('credit_notes')
      .select('id,number,status,total')
      .eq(column, id)
      .order('created_at')
      .limit(50),
  );
}

/** Goods of an invoice with how much of each can still be credited. */
export async function creditableLines(invoiceId: string) {
  const lines = await rows(
    supabase
      .from('invoice_items')
      .select('id,product_name,product_sku,unit,quantity,unit_price')
      .eq('invoice_id', invoiceId)
      .eq('is_deposit', false)
      .order('line_number')
      .limit(1000),
  );
  const credited = await rows(
    supabase
      .from('credit_note_items')
      .select('invoice_item_id,quantity,credit_notes!inner(status)')
      .in(
        'invoice_item_id',
        lines.map((line) => line.id),
      )
      .neq('credit_notes.status', 'void')
      .limit(1000),
  );
  return lines.map((line) => {
    const gone = credited
      .filter((item) => item.invoice_item_id === line.id)
      .reduce((sum, item) => sum + Number(item.quantity), 0);
    return { ...line, left: Math.round((Number(line.quantity) - gone) * 1000) / 1000 };
  });
}

export function creditInvoice(
  invoice: Pick<Tables<'invoices'>, 'id' | 'version'>,
  reason: string,
  items: { invoice_item_id: string; quantity: number }[],
) {
  return command('credit_invoice', {
    invoice_id: invoice.id,
    reason,
    items,
    expected_version: invoice.version,
  });
}
