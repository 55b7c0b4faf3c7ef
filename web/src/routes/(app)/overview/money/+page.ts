import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';
import { balances, cashFlow, listMoney, MONEY } from '#lib/registries/registries.ts';
import { everyDocument } from '#lib/workflow/documents.ts';

export function load({ url, depends }) {
  depends(...everyDocument);
  const wanted = readList(url, MONEY);
  return reading(async () => {
    const [list, weeks, open] = await Promise.all([listMoney(wanted), cashFlow(), balances()]);
    return { list, weeks, open };
  });
}
