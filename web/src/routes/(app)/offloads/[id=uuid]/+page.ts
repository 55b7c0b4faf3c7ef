import { offloadItems, readOffload, variancesOf } from '#lib/delivery/delivery.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { session } from '#lib/platform/session.svelte.ts';
import { historyOf, nameOf, namesOf } from '#lib/workflow/workflow.ts';

export async function load({ params, depends, parent }) {
  depends('entity:offload', 'entity:variance');
  // Rights are known once the layout has read the session.
  await parent();
  return reading(async () => {
    const [offload, items, variances, history] = await Promise.all([
      readOffload(params.id),
      offloadItems(params.id),
      session.can('variances.view') ? variancesOf('offload_id', params.id) : [],
      historyOf(params.id),
    ]);
    const known = found(offload, 'offload');
    const names = await namesOf([known.created_by]);
    return {
      offload: known,
      items,
      variances,
      history,
      createdBy: nameOf(names, known.created_by),
    };
  });
}
