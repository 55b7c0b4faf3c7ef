import { listReturns, RETURNS } from '#lib/billing/returns.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:return');
  const list = readList(url, RETURNS);
  return reading(async () => ({ returns: await listReturns(list) }));
}
