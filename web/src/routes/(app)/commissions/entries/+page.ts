import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';
import { COMMISSIONS, listCommissions } from '#lib/targets/commissions.ts';

export function load({ url, depends }) {
  depends('entity:commission_statement');
  const list = readList(url, COMMISSIONS);
  return reading(async () => ({ entries: await listCommissions(list) }));
}
