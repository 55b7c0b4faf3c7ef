import { CREDIT_NOTES, listCreditNotes } from '#lib/billing/credit_notes.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:credit_note');
  const list = readList(url, CREDIT_NOTES);
  return reading(async () => ({ notes: await listCreditNotes(list) }));
}
