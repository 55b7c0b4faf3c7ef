import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';
import { listSuggestions, SUGGESTIONS } from '#lib/warehouse/warehouse.ts';

export function load({ url, depends }) {
  depends('entity:inventory', 'entity:transfer', 'entity:purchase_order');
  const list = readList(url, SUGGESTIONS);
  return reading(async () => ({ suggestions: await listSuggestions(list) }));
}
