import { matchingLines, openInvoicesOf, readPayment } from '#lib/billing/billing.ts';
import { recordLoad } from '#lib/records/record.ts';
import { offers } from '#lib/workflow/workflow.ts';

export const load = recordLoad('payment', readPayment, {
  with: ['invoice', 'statement_line'],
  more: async (payment) => {
    const [invoices, lines] = await Promise.all([
      offers(payment, 'allocate') ? openInvoicesOf(payment.customer_id) : [],
      offers(payment, 'reconcile') ? matchingLines(payment.amount) : [],
    ]);
    return { invoices, lines };
  },
});
