import { listTaxes, TAXES } from '#lib/catalogue/taxes.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:tax');
  const list = readList(url, TAXES);
  return reading(async () => ({ taxes: await listTaxes(list) }));
}
