import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';
import { listReasons, REASONS } from '#lib/warehouse/reasons.ts';

export function load({ url, depends }) {
  depends('entity:adjustment_reason');
  const list = readList(url, REASONS);
  return reading(async () => ({ reasons: await listReasons(list) }));
}
