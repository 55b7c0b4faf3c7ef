import { listStandings, STANDINGS } from '#lib/parties/credit.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends(
    'entity:customer',
    'entity:credit_review',
    'entity:customer_document',
    'entity:invoice',
    'entity:order',
  );
  const list = readList(url, STANDINGS);
  return reading(async () => ({ standings: await listStandings(list) }));
}
