import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';
import { bottlenecks, listStates, STATES } from '#lib/registries/registries.ts';
import { everyDocument } from '#lib/workflow/documents.ts';

export function load({ url, depends }) {
  depends(...everyDocument);
  const wanted = readList(url, STATES);
  return reading(async () => {
    const [list, stuck] = await Promise.all([listStates(wanted), bottlenecks()]);
    return { list, stuck };
  });
}
