import { quoteAgain, readOrder } from '#lib/orders/orders.ts';
import { session } from '#lib/platform/session.svelte.ts';
import { readIdentity } from '#lib/tenancy/tenancy.ts';
import { figureOf } from '#lib/records/explanations.ts';
import { recordLoad } from '#lib/records/record.ts';
import { offers } from '#lib/workflow/workflow.ts';

export const load = recordLoad('order', readOrder, {
  with: ['invoice', 'payment', 'variance', 'trip', 'return'],
  isKept: true,
  more: async (order) => {
    // Who still decides on it sees what is in stock and what is left of the credit.
    const isOpen =
      ['submit', 'approve', 'allocate', 'amend'].some((command) => offers(order, command)) &&
      order.order_items.some((item) => Number(item.quantity_reserved) < Number(item.quantity));
    const isSold = order.order_items.some((item) => Number(item.quantity_delivered) > 0);
    const [seller, quote, margin] = await Promise.all([
      readIdentity(),
      isOpen && session.can('orders.create') ? quoteAgain(order, order.order_items) : null,
      isSold && session.can('reports.view') ? figureOf('order_margin', order.id) : null,
    ]);
    return { seller, quote, margin };
  },
});
