import { listMonths, MONTHS, readBooks } from '#lib/billing/months.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:month');
  const list = readList(url, MONTHS);
  return reading(async () => {
    const [months, books] = await Promise.all([listMonths(list), readBooks()]);
    return { months, books };
  });
}
