import { readTransfer } from '#lib/warehouse/transfers.ts';
import { recordLoad } from '#lib/records/record.ts';
import { namesOf } from '#lib/workflow/workflow.ts';

export const load = recordLoad('transfer', readTransfer, {
  more: async (transfer) => ({
    names: await namesOf(transfer.transfer_receipts.map((receipt) => receipt.received_by)),
  }),
});
