import { allocationsOf, invoiceItems, readInvoice } from '#lib/billing/billing.ts';
import { creditNotesOf } from '#lib/billing/credit_notes.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { session } from '#lib/platform/session.svelte.ts';
import { readIdentity } from '#lib/tenancy/tenancy.ts';
import { historyOf, nameOf, namesOf } from '#lib/workflow/workflow.ts';

export async function load({ params, depends, parent }) {
  depends('entity:invoice', 'entity:payment', 'entity:credit_note');
  // Rights are known once the layout has read the session.
  await parent();
  return reading(async () => {
    const [invoice, items, allocations, notes, history, seller] = await Promise.all([
      readInvoice(params.id),
      invoiceItems(params.id),
      session.can('payments.view') ? allocationsOf('invoice_id', params.id) : [],
      creditNotesOf('invoice_id', params.id),
      historyOf(params.id),
      readIdentity(),
    ]);
    const known = found(invoice, 'invoice');
    const names = await namesOf([known.created_by]);
    return {
      invoice: known,
      items,
      allocations,
      notes,
      history,
      seller,
      createdBy: nameOf(names, known.created_by),
    };
  });
}
