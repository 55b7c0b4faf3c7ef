import { everyTerritory, listTerritories, TERRITORIES } from '#lib/parties/parties.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:territory');
  const list = readList(url, TERRITORIES);
  return reading(async () => {
    const [page, areas] = await Promise.all([listTerritories(list), everyTerritory()]);
    return { territories: page, areas };
  });
}
