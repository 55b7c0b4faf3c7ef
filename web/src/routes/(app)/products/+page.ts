import { listProducts } from '#lib/catalogue/catalogue.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:product');
  const list = readList(url, {
    sort: 'name',
    sortable: ['name', 'sku', 'base_price', 'created_at'],
    filters: ['active', 'category'],
  });
  return reading(async () => ({ products: await listProducts(list) }));
}
