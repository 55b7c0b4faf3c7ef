import { listVendors, VENDORS } from '#lib/operations/vendors.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:vendor');
  const list = readList(url, VENDORS);
  return reading(async () => ({ vendors: await listVendors(list) }));
}
