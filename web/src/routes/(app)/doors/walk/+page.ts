import { readWalk } from '#lib/doors/doors.ts';
import { keptFirst } from '#lib/platform/kept.ts';
import { load as reading } from '#lib/platform/read.ts';

export async function load({ depends, parent }) {
  const { me } = await parent();
  depends('entity:door', 'entity:door_claim', 'entity:door_outcome', 'kept:walk');
  return reading(() => keptFirst('walk', async () => ({ walk: await readWalk(me.user.id) })));
}
