import { allContractKinds } from '#lib/operations/contracts.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ depends }) {
  depends('entity:contract_kind');
  return reading(async () => ({ kinds: await allContractKinds() }));
}
