import { listPromotions, PROMOTIONS } from '#lib/catalogue/promotions.ts';
import { territories } from '#lib/parties/parties.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:promotion');
  const list = readList(url, PROMOTIONS);
  return reading(async () => {
    const [promotions, areas] = await Promise.all([listPromotions(list), territories()]);
    return { promotions, areas };
  });
}
