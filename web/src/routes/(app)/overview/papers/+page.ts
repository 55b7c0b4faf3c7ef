import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';
import { documentTotals, listPapers, PAPERS } from '#lib/registries/registries.ts';
import { everyDocument } from '#lib/workflow/documents.ts';

export function load({ url, depends }) {
  depends(...everyDocument);
  const wanted = readList(url, PAPERS);
  return reading(async () => {
    const [list, totals] = await Promise.all([listPapers(wanted), documentTotals()]);
    return { list, totals };
  });
}
