import { allocationsOf, invoiceItems, readInvoice } from '#lib/billing/billing.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { session } from '#lib/platform/session.svelte.ts';
import { historyOf, namesOf } from '#lib/workflow/workflow.ts';

export function load({ params, depends }) {
  depends('entity:invoice', 'entity:payment');
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
      createdBy: names.get(known.created_by ?? '') ?? 'the system',
    };
  });
}
