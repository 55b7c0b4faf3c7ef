import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';
import { inventoryTotals, listThings, THINGS } from '#lib/registries/registries.ts';
import { everyDocument } from '#lib/workflow/documents.ts';

export function load({ url, depends }) {
  depends(...everyDocument);
  const wanted = readList(url, THINGS);
  return reading(async () => {
    const [list, totals] = await Promise.all([listThings(wanted), inventoryTotals()]);
    return { list, totals };
  });
}
