import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';
import { listPeople, PEOPLE, similarPeople } from '#lib/registries/registries.ts';
import { everyDocument } from '#lib/workflow/documents.ts';

export function load({ url, depends }) {
  depends(...everyDocument);
  const wanted = readList(url, PEOPLE);
  return reading(async () => {
    const [list, similar] = await Promise.all([listPeople(wanted), similarPeople()]);
    return { list, similar };
  });
}
