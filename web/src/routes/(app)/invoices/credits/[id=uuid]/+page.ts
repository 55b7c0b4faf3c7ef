import { readCreditNote } from '#lib/billing/credit_notes.ts';
import { readIdentity } from '#lib/tenancy/tenancy.ts';
import { recordLoad } from '#lib/records/record.ts';

export const load = recordLoad('credit_note', readCreditNote, {
  with: ['payment'],
  more: async () => ({ seller: await readIdentity() }),
});
