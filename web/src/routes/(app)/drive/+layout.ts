import { readDrive } from '#lib/delivery/drive.ts';
import { load as reading } from '#lib/platform/read.ts';

export async function load({ url, depends, parent }) {
  depends('entity:trip', 'entity:order', 'entity:offload_document');
  const { me } = await parent();
  const wanted = new URLSearchParams(url.search).get('trip') ?? undefined;
  return reading(() => readDrive(me.user.id, me.role, wanted));
}
