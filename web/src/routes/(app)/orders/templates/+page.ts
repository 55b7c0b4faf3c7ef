import { listTemplates, TEMPLATES } from '#lib/orders/templates.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:order_template');
  const list = readList(url, TEMPLATES);
  return reading(async () => ({ templates: await listTemplates(list) }));
}
