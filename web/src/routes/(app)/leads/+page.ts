import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';
import { LEADS, listLeads } from '#lib/sales/leads.ts';

export function load({ url, depends }) {
  depends('entity:lead');
  const list = readList(url, LEADS);
  return reading(async () => ({ leads: await listLeads(list) }));
}
