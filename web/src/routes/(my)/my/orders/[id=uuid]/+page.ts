import { myOrder } from '#lib/account/account.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ params, depends }) {
  depends('entity:order');
  return reading(async () => ({ order: await myOrder(params.id) }));
}
