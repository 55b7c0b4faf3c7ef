import { familyChoices } from '#lib/catalogue/families.ts';
import { itemsOf, readPriceList } from '#lib/catalogue/catalogue.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { noun } from '#lib/platform/label.ts';
import { KEPT_WITH, keptWith } from '#lib/records/record.ts';

export function load({ params, url, depends, parent }) {
  depends('entity:price_list', 'entity:price_list_item', ...KEPT_WITH);
  const search = (new URLSearchParams(url.search).get('q') ?? '').slice(0, 100);
  return reading(async () => {
    await parent();
    const [priceList, items, families] = await Promise.all([
      readPriceList(params.id),
      itemsOf(params.id, search),
      familyChoices(),
    ]);
    const list = found(priceList, noun('price_list'));
    const basedOn = list.based_on_id ? await readPriceList(list.based_on_id) : null;
    const kept = await keptWith('price_list', list.id);
    return { priceList: list, items, basedOn, families, ...kept };
  });
}
