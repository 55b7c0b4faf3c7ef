import { readList } from '#lib/platform/list.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { COMPANIES, listCompanies } from '#lib/tenancy/tenancy.ts';
import { noun } from '#lib/platform/label.ts';

export async function load({ url, depends, parent }) {
  depends('app:session');
  const { me } = await parent();
  const list = readList(url, COMPANIES);
  return reading(async () => {
    found(me.is_super_admin ? me : null, noun('page'));
    return { companies: await listCompanies(list) };
  });
}
