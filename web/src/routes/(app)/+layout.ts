import { redirect } from '@sveltejs/kit';
import { load as reading } from '#lib/platform/read.ts';
import { enter, isCustomer } from '#lib/tenancy/entry.ts';
import { companies } from '#lib/tenancy/tenancy.ts';

export async function load({ url, depends }) {
  depends('app:session');
  const me = await enter(url);
  if (isCustomer(me)) redirect(307, '/my');
  if (!me.is_super_admin) return { me };
  return { me: { ...me, tenants: await reading(companies) } };
}
