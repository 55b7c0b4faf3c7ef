import { invoicesOfOrder, paymentsOfOrder } from '#lib/billing/billing.ts';
import { variancesOf } from '#lib/delivery/delivery.ts';
import { descendantsOf, fulfilmentsOf, itemsOf, proofOf, readOrder } from '#lib/orders/orders.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { session } from '#lib/platform/session.svelte.ts';
import { historyOf, nameOf, namesOf } from '#lib/workflow/workflow.ts';

export async function load({ params, depends, parent }) {
  depends('entity:order', 'entity:invoice', 'entity:payment', 'entity:variance', 'entity:trip');
  // Rights are known once the layout has read the session.
  await parent();
  return reading(async () => {
    const [order, items, fulfilments, proof, descendants, history, invoices, payments, variances] =
      await Promise.all([
        readOrder(params.id),
        itemsOf(params.id),
        fulfilmentsOf(params.id),
        proofOf(params.id),
        descendantsOf(params.id),
        historyOf(params.id),
        session.can('invoices.view') ? invoicesOfOrder(params.id) : [],
        session.can('payments.view') ? paymentsOfOrder(params.id) : [],
        session.can('variances.view') ? variancesOf('order_id', params.id) : [],
      ]);
    const known = found(order, 'order');
    const names = await namesOf([known.created_by]);
    return {
      order: known,
      items,
      fulfilments,
      proof,
      descendants,
      history,
      invoices,
      payments,
      variances,
      createdBy: nameOf(names, known.created_by),
    };
  });
}
