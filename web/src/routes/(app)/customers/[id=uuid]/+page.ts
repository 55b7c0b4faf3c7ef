import { priceListChoices } from '#lib/catalogue/catalogue.ts';
import { creditOf, readCustomer, territories } from '#lib/parties/parties.ts';
import { session } from '#lib/platform/session.svelte.ts';
import { recordLoad } from '#lib/records/record.ts';

export const load = recordLoad('customer', readCustomer, {
  with: ['customer_address', 'contact', 'order', 'invoice'],
  more: async ({ id }) => {
    const [areas, priceLists, credit] = await Promise.all([
      territories(),
      priceListChoices(),
      session.canAny(['orders.create', 'invoices.view']) ? creditOf(id) : null,
    ]);
    return { areas, priceLists, credit };
  },
});
