import { readSettlement } from '#lib/billing/settlements.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { historyOf, nameOf, namesOf } from '#lib/workflow/workflow.ts';

export function load({ params, depends }) {
  depends('entity:settlement');
  return reading(async () => {
    const [settlement, history] = await Promise.all([
      readSettlement(params.id),
      historyOf(params.id),
    ]);
    const known = found(settlement, 'settlement');
    const names = await namesOf([known.created_by]);
    return { settlement: known, history, createdBy: nameOf(names, known.created_by) };
  });
}
