import { priceListChoices } from '#lib/catalogue/catalogue.ts';
import { recentOrdersOf } from '#lib/orders/orders.ts';
import {
  addressesOf,
  contactsOf,
  creditOf,
  readCustomer,
  territories,
} from '#lib/parties/parties.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { session } from '#lib/platform/session.svelte.ts';
import { historyOf, nameOf, namesOf } from '#lib/workflow/workflow.ts';

export async function load({ params, depends, parent }) {
  depends(
    'entity:customer',
    'entity:customer_address',
    'entity:contact',
    'entity:order',
    'entity:invoice',
  );
  // Rights are known once the layout has read the session.
  await parent();
  return reading(async () => {
    const [customer, addresses, contacts, history, areas, priceLists, orders, credit] =
      await Promise.all([
        readCustomer(params.id),
        addressesOf(params.id),
        contactsOf(params.id),
        historyOf(params.id),
        territories(),
        priceListChoices(),
        session.can('orders.view') ? recentOrdersOf(params.id) : [],
        session.canAny(['orders.create', 'invoices.view']) ? creditOf(params.id) : null,
      ]);
    const known = found(customer, 'customer');
    const names = await namesOf([known.created_by]);
    return {
      customer: known,
      addresses,
      contacts,
      history,
      areas,
      priceLists,
      orders,
      credit,
      createdBy: nameOf(names, known.created_by),
    };
  });
}
