import { listProposals, PROPOSALS } from '#lib/operations/proposals.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:proposal', 'entity:deal');
  const list = readList(url, PROPOSALS);
  return reading(async () => ({ proposals: await listProposals(list) }));
}
