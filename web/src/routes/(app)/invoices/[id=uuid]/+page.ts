import { interestOn, invoiceNamed, readInvoice } from '#lib/billing/billing.ts';
import { readIdentity } from '#lib/tenancy/tenancy.ts';
import { session } from '#lib/platform/session.svelte.ts';
import { figureOf } from '#lib/records/explanations.ts';
import { recordLoad } from '#lib/records/record.ts';

export const load = recordLoad('invoice', readInvoice, {
  with: ['payment', 'credit_note'],
  more: async (invoice) => {
    const [seller, margin, interest, interestOf] = await Promise.all([
      readIdentity(),
      session.can('reports.view') ? figureOf('invoice_margin', invoice.id) : null,
      interestOn(invoice.id),
      invoice.interest_of_id ? invoiceNamed(invoice.interest_of_id) : null,
    ]);
    return { seller, margin, interest, interestOf };
  },
});
