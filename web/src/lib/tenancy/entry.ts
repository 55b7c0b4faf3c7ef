import { redirect } from '@sveltejs/kit';
import { load as reading } from '#lib/platform/read.ts';
import { loadSession, type MySession } from '#lib/platform/session.svelte.ts';
import { takeWords, type Terminology } from '#lib/words.ts';

/** Who comes in at a page: whoever is not signed in does that first, in his own language and the company's words. */
export async function enter(url: URL): Promise<MySession> {
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
  return me;
}

/** Whether somebody has the pages of a customer instead of those of a colleague. */
export const isCustomer = (me: MySession) => me.role === 'customer';
