import { listPayments, PAYMENTS } from '#lib/billing/billing.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:payment');
  const list = readList(url, PAYMENTS);
  return reading(async () => ({ payments: await listPayments(list) }));
}
