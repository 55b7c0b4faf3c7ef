import type { Tables } from '#lib/database.types.ts';
import {
  allocationsOf,
  matchingLines,
  openInvoicesOf,
  readPayment,
  refundsOf,
} from '#lib/billing/billing.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { historyOf, nameOf, namesOf } from '#lib/workflow/workflow.ts';

export async function load({ params, depends, parent }) {
  depends('entity:payment', 'entity:invoice', 'entity:statement_line');
  // Rights are known once the layout has read the session.
  await parent();
  return reading(async () => {
    const [payment, allocations, refunds, history] = await Promise.all([
      readPayment(params.id),
      allocationsOf('payment_id', params.id),
      refundsOf(params.id),
      historyOf(params.id),
    ]);
    const known = found(payment, 'payment');
    const payable = known.allowed_commands?.includes('allocate') ?? false;
    const [invoices, lines, names] = await Promise.all([
      payable ? openInvoicesOf(known.customer_id) : ([] as Tables<'invoices'>[]),
      known.allowed_commands?.includes('reconcile') ? matchingLines(known.amount) : [],
      namesOf([known.created_by]),
    ]);
    return {
      payment: known,
      allocations,
      refunds,
      history,
      invoices,
      lines,
      createdBy: nameOf(names, known.created_by),
    };
  });
}
