import { listTaxSubmissions, listTaxDevices, TAX_SUBMISSIONS } from '#lib/billing/tax_authority.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:tax_device');
  const list = readList(url, TAX_SUBMISSIONS);
  return reading(async () => {
    const [devices, submissions] = await Promise.all([listTaxDevices(), listTaxSubmissions(list)]);
    return { devices, submissions };
  });
}
