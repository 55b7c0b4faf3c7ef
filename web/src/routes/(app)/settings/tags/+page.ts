import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';
import { listTags, TAGS } from '#lib/records/tags.ts';

export function load({ url, depends }) {
  depends('entity:tag');
  const list = readList(url, TAGS);
  return reading(async () => ({ tags: await listTags(list) }));
}
