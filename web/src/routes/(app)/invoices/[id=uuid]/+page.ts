import { readInvoice } from '#lib/billing/billing.ts';
import { readIdentity } from '#lib/tenancy/tenancy.ts';
import { recordLoad } from '#lib/records/record.ts';

export const load = recordLoad('invoice', readInvoice, {
  with: ['payment', 'credit_note'],
  more: async () => ({ seller: await readIdentity() }),
});
