import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';
import { CAPTURES, listCaptures } from '#lib/sales/leads.ts';

export function load({ url, depends }) {
  depends('entity:lead_capture', 'entity:lead');
  const list = readList(url, CAPTURES);
  return reading(async () => ({ captures: await listCaptures(list) }));
}
