import { allocationsOf, invoiceItems, readInvoice } from '#lib/billing/billing.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { session } from '#lib/platform/session.svelte.ts';
import { historyOf, nameOf, namesOf } from '#lib/workflow/workflow.ts';

export async function load({ params, depends, parent }) {
  depends('entity:invoice', 'entity:payment');
  // Rights are known once the layout has read the session.
  await parent();
  return reading(async () => {
    const [invoice, items, allocations, history] = await Promise.all([
      readInvoice(params.id),
      invoiceItems(params.id),
      session.can('payments.view') ? allocationsOf('invoice_id', params.id) : [],
      historyOf(params.id),
    ]);
    const known = found(invoice, 'invoice');
    const names = await namesOf([known.created_by]);
    return {
      invoice: known,
      items,
      allocations,
      history,
      createdBy: nameOf(names, known.created_by),
    };
  });
}
