import { redirect } from '@sveltejs/kit';
import { load as reading } from '#lib/platform/read.ts';
import { loadSession } from '#lib/platform/session.svelte.ts';

export async function load({ url, depends }) {
  depends('app:session');
  const me = await reading(loadSession);
  if (!me) {
    const next = url.pathname + url.search;
    redirect(307, next === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(next)}`);
  }
  return { me };
}
