import { readDrive } from '#lib/delivery/drive.ts';
import { keptFirst } from '#lib/platform/kept.ts';
import { load as reading } from '#lib/platform/read.ts';

export async function load({ url, depends, parent }) {
  const { me } = await parent();
  const wanted = new URLSearchParams(url.search).get('trip') ?? undefined;
  const name = wanted ? `drive ${wanted}` : 'drive';
  depends('entity:trip', 'entity:order', 'entity:offload', `kept:${name}`);
  return reading(() =>
    keptFirst(name, async () => ({ pack: await readDrive(me.user.id, me.role, wanted) })),
  );
}
