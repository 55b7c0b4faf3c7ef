import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';
import { listSuggestions, warehouses } from '#lib/warehouse/warehouse.ts';

export function load({ url, depends }) {
  depends('entity:inventory', 'entity:transfer');
  const list = readList(url, {
    sort: '-suggested',
    sortable: ['available', 'reorder_point', 'suggested'],
    filters: ['warehouse'],
  });
  return reading(async () => {
    const [suggestions, places] = await Promise.all([listSuggestions(list), warehouses()]);
    return { suggestions, places };
  });
}
