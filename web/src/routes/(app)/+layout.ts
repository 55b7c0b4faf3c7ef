import { redirect } from '@sveltejs/kit';
import { load as reading } from '#lib/platform/read.ts';
import { loadSession } from '#lib/platform/session.svelte.ts';
import { companies } from '#lib/tenancy/tenancy.ts';

export async function load({ url, depends }) {
  depends('app:session');
  const me = await reading(loadSession);
  if (!me) {
    const next = url.pathname + url.search;
    redirect(307, next === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(next)}`);
  }
  if (!me.is_super_admin) return { me };
  return { me: { ...me, tenants: await reading(companies) } };
}
