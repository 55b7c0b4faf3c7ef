import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';
import { listWork, teamLoad, WORK } from '#lib/registries/registries.ts';
import { everyDocument } from '#lib/workflow/documents.ts';

export function load({ url, depends }) {
  depends(...everyDocument);
  const wanted = readList(url, WORK);
  return reading(async () => {
    const [list, load] = await Promise.all([listWork(wanted), teamLoad()]);
    return { list, load };
  });
}
