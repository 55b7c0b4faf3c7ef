import { found, load as reading } from '#lib/platform/read.ts';
import { adjustmentItems, readAdjustment } from '#lib/warehouse/warehouse.ts';
import { historyOf, nameOf, namesOf } from '#lib/workflow/workflow.ts';

export function load({ params, depends }) {
  depends('entity:adjustment');
  return reading(async () => {
    const [adjustment, items, history] = await Promise.all([
      readAdjustment(params.id),
      adjustmentItems(params.id),
      historyOf(params.id),
    ]);
    const known = found(adjustment, 'adjustment');
    const names = await namesOf([known.created_by]);
    return {
      adjustment: known,
      items,
      history,
      createdBy: nameOf(names, known.created_by),
    };
  });
}
