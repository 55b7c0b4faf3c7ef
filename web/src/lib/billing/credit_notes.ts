import type { Tables } from '#lib/database.types.ts';
import { command } from '#lib/platform/command.ts';
import { customerFilter } from '#lib/parties/parties.ts';
import { having, type ListQuery, readPage } from '#lib/platform/list.ts';
import { asPrinted, lineAsPrinted } from '#lib/platform/printed.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { documentList } from '#lib/workflow/list.ts';
import { m } from '#lib/words.ts';

const IN_LIST = '*,customers(code,name),invoices(id,number),returns(id,number)';

export type CreditNote = Awaited<ReturnType<typeof listCreditNotes>>['rows'][number];

export const CREDIT_NOTES = documentList('credit_note', {
  sortable: ['total'],
  filters: [
    customerFilter,
    { name: 'issued', label: m.issued(), kind: 'day', column: 'issued_on', optional: true },
    { name: 'total', label: m.total(), kind: 'number', unit: 'money', more: true },
    { name: 'reason', label: m.reason(), kind: 'text', more: true },
  ],
});

export function listCreditNotes(list: ListQuery) {
  return readPage(CREDIT_NOTES, list, (relations) =>
    supabase.from('credit_notes').select(having(IN_LIST, relations)),
  );
}

/** A credit note with its lines and, for who may see payments, the money that it gave. */
export async function readCreditNote(id: string) {
  const found = await answerOf(
    supabase
      .from('credit_notes')
      .select(
        `${IN_LIST},allowed_commands,credit_note_taxes,credit_note_items(*,products(name,sku,unit)),payments(id,number,status,unallocated)`,
      )
      .eq('id', id)
      .order('line_number', { referencedTable: 'credit_note_items' })
      .maybeSingle(),
  );
  return (
    found && {
      ...asPrinted(found),
      credit_note_items: found.credit_note_items.map(lineAsPrinted),
    }
  );
}

/** Goods of an invoice with how much of each can still be credited. */
export async function creditableLines(invoiceId: string) {
  const lines = await rows(
    supabase
      .from('invoice_items')
      .select(
        'id,product_name,product_sku,unit,quantity,unit_price,credit_note_items(quantity,credit_notes(status))',
      )
      .eq('invoice_id', invoiceId)
      .eq('is_deposit', false)
      .order('line_number')
      .limit(1000),
  );
  return lines.map(({ credit_note_items: credited, ...line }) => {
    const gone = credited
      .filter((item) => item.credit_notes?.status !== 'void')
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
