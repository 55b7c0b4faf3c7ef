import { redirect } from '@sveltejs/kit';
import { load as reading } from '#lib/platform/read.ts';
import { loadSession } from '#lib/platform/session.svelte.ts';
import { companies } from '#lib/tenancy/tenancy.ts';
import { takeWords, type Terminology } from '#lib/words.ts';

export async function load({ url, depends }) {
  depends('app:session');
  const me = await reading(loadSession);
  if (!me) {
    const next = url.pathname + url.search;
    redirect(307, next === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(next)}`);
  }
  const terminology = (me.tenant?.settings.terminology ?? {}) as Terminology;
  if (takeWords(me.user.language, terminology)) {
    // Whoever has just signed in is still on the page of that.
    if (location.href === url.href) location.reload();
    else location.replace(url);
    // Nothing is shown in words that are about to change.
    await new Promise(() => undefined);
  }
  if (!me.is_super_admin) return { me };
  return { me: { ...me, tenants: await reading(companies) } };
}
