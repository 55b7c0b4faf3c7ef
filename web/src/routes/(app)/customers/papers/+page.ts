import { DOCUMENTS_OF_CUSTOMERS, listDocuments } from '#lib/parties/papers.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:customer_document');
  const list = readList(url, DOCUMENTS_OF_CUSTOMERS);
  return reading(async () => ({ papers: await listDocuments(list) }));
}
