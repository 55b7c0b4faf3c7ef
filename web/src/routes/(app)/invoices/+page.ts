import { INVOICES, listInvoices } from '#lib/billing/billing.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:invoice');
  const list = readList(url, INVOICES);
  return reading(async () => ({ invoices: await listInvoices(list) }));
}
