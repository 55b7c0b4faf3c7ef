import { trays } from '#lib/home/approvals.ts';
import { load as reading } from '#lib/platform/read.ts';

export async function load({ depends, parent }) {
  depends(
    'entity:order',
    'entity:customer',
    'entity:payment',
    'entity:manual_adjustment',
    'entity:offload_document',
    'entity:variance',
  );
  // Rights are known once the layout has read the session.
  await parent();
  return reading(async () => ({ trays: await trays() }));
}
