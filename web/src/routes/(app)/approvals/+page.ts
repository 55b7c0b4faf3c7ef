import { trays } from '#lib/home/approvals.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ depends }) {
  depends(
    'entity:order',
    'entity:customer',
    'entity:payment',
    'entity:manual_adjustment',
    'entity:offload_document',
    'entity:variance',
  );
  return reading(async () => ({ trays: await trays() }));
}
