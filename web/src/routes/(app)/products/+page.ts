import { listProducts, PRODUCTS } from '#lib/catalogue/catalogue.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:product', 'entity:product_image');
  const list = readList(url, PRODUCTS);
  return reading(async () => ({ products: await listProducts(list) }));
}
