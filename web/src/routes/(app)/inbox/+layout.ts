import { listTalks, myMembership, type View, VIEWS } from '#lib/messaging/inbox.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends, parent }) {
  depends('entity:conversation', 'entity:message');
  const asked = url.searchParams.get('view');
  const typed = url.searchParams.get('q') ?? '';
  const view: View = VIEWS.find((name) => name === asked) ?? 'all';
  return reading(async () => {
    const { me } = await parent();
    const mine = me.tenant ? await myMembership(me.user.id, me.tenant.id) : null;
    return { view, typed, mine, talks: await listTalks(view, typed, mine) };
  });
}
