import { listSettlements, SETTLEMENTS } from '#lib/billing/settlements.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:settlement');
  const list = readList(url, SETTLEMENTS);
  return reading(async () => ({ settlements: await listSettlements(list) }));
}
