import { invoicesOfOrder, paymentsOfOrder } from '#lib/billing/billing.ts';
import { returnsOfOrder } from '#lib/billing/returns.ts';
import { variancesOf } from '#lib/delivery/delivery.ts';
import {
  descendantsOf,
  fulfilmentsOf,
  itemsOf,
  proofOf,
  quoteAgain,
  readOrder,
} from '#lib/orders/orders.ts';
import { keptFirst } from '#lib/platform/kept.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { session } from '#lib/platform/session.svelte.ts';
import { readIdentity } from '#lib/tenancy/tenancy.ts';
import { historyOf, nameOf, namesOf } from '#lib/workflow/workflow.ts';

export async function load({ params, depends, parent }) {
  const name = `order ${params.id}`;
  depends(
    `kept:${name}`,
    'entity:order',
    'entity:invoice',
    'entity:payment',
    'entity:variance',
    'entity:trip',
    'entity:return',
  );
  // Rights are known once the layout has read the session.
  await parent();
  return reading(() =>
    keptFirst(name, async () => {
      const [
        order,
        items,
        fulfilments,
        proof,
        descendants,
        history,
        invoices,
        payments,
        variances,
        returns,
        seller,
      ] = await Promise.all([
        readOrder(params.id),
        itemsOf(params.id),
        fulfilmentsOf(params.id),
        proofOf(params.id),
        descendantsOf(params.id),
        historyOf(params.id),
        session.can('invoices.view') ? invoicesOfOrder(params.id) : [],
        session.can('payments.view') ? paymentsOfOrder(params.id) : [],
        session.can('variances.view') ? variancesOf('order_id', params.id) : [],
        session.can('returns.view') ? returnsOfOrder(params.id) : [],
        readIdentity(),
      ]);
      const known = found(order, 'order');
      // Who decides on it sees what is in stock and what is left of the credit.
      const isOpen = ['draft', 'pending_approval', 'approved'].includes(known.status);
      const [names, quote] = await Promise.all([
        namesOf([known.created_by]),
        isOpen && items.length > 0 && session.can('orders.create')
          ? quoteAgain(known, items)
          : null,
      ]);
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
        returns,
        seller,
        quote,
        createdBy: nameOf(names, known.created_by),
      };
    }),
  );
}
