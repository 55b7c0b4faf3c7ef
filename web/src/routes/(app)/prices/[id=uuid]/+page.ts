import { familyChoices } from '#lib/catalogue/families.ts';
import { itemsOf, readPriceList } from '#lib/catalogue/catalogue.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { noun } from '#lib/platform/label.ts';

export function load({ params, url, depends }) {
  depends('entity:price_list', 'entity:price_list_item');
  const search = (new URLSearchParams(url.search).get('q') ?? '').slice(0, 100);
  return reading(async () => {
    const [priceList, items, families] = await Promise.all([
      readPriceList(params.id),
      itemsOf(params.id, search),
      familyChoices(),
    ]);
    const list = found(priceList, noun('price_list'));
    const basedOn = list.based_on_id ? await readPriceList(list.based_on_id) : null;
    return { priceList: list, items, basedOn, families };
  });
}
