import { listPriceLists, PRICE_LISTS, priceListChoices } from '#lib/catalogue/catalogue.ts';
import { territories } from '#lib/parties/parties.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:price_list');
  const list = readList(url, PRICE_LISTS);
  return reading(async () => {
    const [priceLists, areas, choices] = await Promise.all([
      listPriceLists(list),
      territories(),
      priceListChoices(),
    ]);
    return { priceLists, areas, choices };
  });
}
