import { CUSTOMERS, listCustomers } from '#lib/parties/parties.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:customer');
  const list = readList(url, CUSTOMERS);
  return reading(async () => ({ customers: await listCustomers(list) }));
}
