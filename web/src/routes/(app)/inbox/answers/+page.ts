import { listCannedReplies } from '#lib/messaging/templates.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ depends }) {
  depends('entity:canned_reply');
  return reading(async () => ({ replies: await listCannedReplies() }));
}
