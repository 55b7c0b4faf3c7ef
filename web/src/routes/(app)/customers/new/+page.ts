import { priceListChoices } from '#lib/catalogue/catalogue.ts';
import { territories } from '#lib/parties/parties.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load() {
  return reading(async () => {
    const [areas, priceLists] = await Promise.all([territories(), priceListChoices()]);
    return { areas, priceLists };
  });
}
