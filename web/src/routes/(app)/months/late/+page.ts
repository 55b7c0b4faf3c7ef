import { LATE_POSTINGS, listLatePostings } from '#lib/billing/months.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:month');
  const list = readList(url, LATE_POSTINGS);
  return reading(async () => ({ postings: await listLatePostings(list) }));
}
