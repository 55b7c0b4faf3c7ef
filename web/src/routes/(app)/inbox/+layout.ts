import { CONVERSATION_PRIORITY } from '#lib/choices.ts';
import {
  inboxSetting,
  listTalks,
  myMembership,
  type Narrowed,
  type View,
  VIEWS,
} from '#lib/messaging/inbox.ts';
import { UUID } from '#lib/platform/filters.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends, parent }) {
  depends('entity:conversation', 'entity:message', 'entity:inbox_agent', 'entity:record_tag');
  const asked = url.searchParams;
  const view: View = VIEWS.find((name) => name === asked.get('view')) ?? 'all';
  const narrowed: Narrowed = {
    typed: asked.get('q') ?? '',
    priority: CONVERSATION_PRIORITY.find((name) => name === asked.get('priority')) ?? '',
    tag: [asked.get('tag') ?? ''].find((id) => UUID.test(id)) ?? '',
  };
  return reading(async () => {
    const { me } = await parent();
    const mine = me.tenant ? await myMembership(me.user.id, me.tenant.id) : null;
    const [talks, setting] = await Promise.all([
      listTalks(view, narrowed, mine),
      inboxSetting(mine),
    ]);
    return { view, narrowed, mine, talks, setting };
  });
}
