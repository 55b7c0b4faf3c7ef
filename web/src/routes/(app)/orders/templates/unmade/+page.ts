import { listUnmade, UNMADE } from '#lib/orders/templates.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:order_template', 'entity:order');
  const list = readList(url, UNMADE);
  return reading(async () => ({ unmade: await listUnmade(list) }));
}
