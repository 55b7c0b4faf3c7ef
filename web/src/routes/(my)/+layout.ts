import { redirect } from '@sveltejs/kit';
import { enter, isCustomer } from '#lib/tenancy/entry.ts';

export async function load({ url, depends }) {
  depends('app:session');
  const me = await enter(url);
  if (!isCustomer(me)) redirect(307, '/');
  return { me };
}
