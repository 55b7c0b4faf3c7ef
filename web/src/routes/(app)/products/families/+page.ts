import { FAMILIES, listFamilies } from '#lib/catalogue/families.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:product_family', 'entity:product');
  const list = readList(url, FAMILIES);
  return reading(async () => ({ families: await listFamilies(list) }));
}
