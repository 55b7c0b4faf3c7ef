import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';
import { DEALS, forecast, listDeals, pipelines } from '#lib/sales/deals.ts';

export function load({ url, depends }) {
  depends('entity:deal', 'entity:pipeline');
  const list = readList(url, DEALS);
  return reading(async () => {
    const [deals, all, expected] = await Promise.all([listDeals(list), pipelines(), forecast()]);
    return { deals, pipelines: all, expected };
  });
}
