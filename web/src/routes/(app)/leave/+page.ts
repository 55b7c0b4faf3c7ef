import { LEAVE, listLeave } from '#lib/operations/leave.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:leave_request');
  const list = readList(url, LEAVE);
  return reading(async () => ({ leave: await listLeave(list) }));
}
