import { found, load as reading } from '#lib/platform/read.ts';
import { readTransfer, transferItems, transferReceipts } from '#lib/warehouse/transfers.ts';
import { historyOf, nameOf, namesOf } from '#lib/workflow/workflow.ts';

export function load({ params, depends }) {
  depends('entity:transfer');
  return reading(async () => {
    const [transfer, items, receipts, history] = await Promise.all([
      readTransfer(params.id),
      transferItems(params.id),
      transferReceipts(params.id),
      historyOf(params.id),
    ]);
    const known = found(transfer, 'transfer');
    const names = await namesOf([
      known.created_by,
      ...receipts.map((receipt) => receipt.received_by),
    ]);
    return {
      transfer: known,
      items,
      receipts: receipts.map((receipt) => ({ ...receipt, by: nameOf(names, receipt.received_by) })),
      history,
      createdBy: nameOf(names, known.created_by),
    };
  });
}
