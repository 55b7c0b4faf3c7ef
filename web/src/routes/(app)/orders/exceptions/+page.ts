import { EXCEPTIONS, listExceptions } from '#lib/orders/exceptions.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:order', 'entity:order_template', 'entity:customer', 'entity:message');
  const list = readList(url, EXCEPTIONS);
  return reading(async () => ({ exceptions: await listExceptions(list) }));
}
