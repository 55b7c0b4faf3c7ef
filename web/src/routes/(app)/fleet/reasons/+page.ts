import { FAILURE_REASONS, listFailureReasons } from '#lib/delivery/failures.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:failure_reason');
  const list = readList(url, FAILURE_REASONS);
  return reading(async () => ({ reasons: await listFailureReasons(list) }));
}
