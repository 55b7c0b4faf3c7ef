import { listMessages, MESSAGES } from '#lib/messaging/messaging.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:message');
  const list = readList(url, MESSAGES);
  return reading(async () => ({ messages: await listMessages(list) }));
}
