import { CONTRACTS, listContracts } from '#lib/operations/contracts.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:contract');
  const list = readList(url, CONTRACTS);
  return reading(async () => ({ contracts: await listContracts(list) }));
}
