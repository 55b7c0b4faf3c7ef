import { listNotices } from '#lib/messaging/notices.ts';
import { priceListChoices } from '#lib/catalogue/catalogue.ts';
import { creditOf, customerFilter, readCustomer, territories } from '#lib/parties/parties.ts';
import { reviewsOf } from '#lib/parties/credit.ts';
import { containersOf } from '#lib/warehouse/containers.ts';
import { session } from '#lib/platform/session.svelte.ts';
import { recordLoad } from '#lib/records/record.ts';

export const load = recordLoad('customer', readCustomer, {
  with: [
    'customer_address',
    'contact',
    'customer_document',
    'order',
    'invoice',
    'notice_choice',
    'credit_review',
    'container_write_off',
    'container_confirmation',
  ],
  more: async ({ id, merged_into_id }) => {
    const [areas, priceLists, credit, reviews, mergedInto, notices, containers] = await Promise.all(
      [
        territories(),
        priceListChoices(),
        session.canAny(['orders.create', 'invoices.view']) ? creditOf(id) : null,
        session.can('invoices.view') ? reviewsOf(id) : [],
        merged_into_id ? customerFilter.find(merged_into_id) : null,
        listNotices(id),
        session.can('inventory.view') ? containersOf(id) : [],
      ],
    );
    return { areas, priceLists, credit, reviews, mergedInto, notices, containers };
  },
});
