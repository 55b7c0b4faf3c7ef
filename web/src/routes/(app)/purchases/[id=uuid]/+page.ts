import { readPurchase } from '#lib/operations/purchases.ts';
import { recordLoad } from '#lib/records/record.ts';
import { namesOf } from '#lib/workflow/workflow.ts';

export const load = recordLoad('purchase_order', readPurchase, {
  with: ['vendor'],
  more: async (order) => ({
    names: await namesOf(order.purchase_receipts.map((receipt) => receipt.received_by)),
  }),
});
