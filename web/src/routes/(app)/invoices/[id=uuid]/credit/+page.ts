import { readInvoice } from '#lib/billing/billing.ts';
import { creditableLines } from '#lib/billing/credit_notes.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { noun } from '#lib/platform/label.ts';

export function load({ params }) {
  return reading(async () => {
    const [invoice, lines] = await Promise.all([
      readInvoice(params.id),
      creditableLines(params.id),
    ]);
    return { invoice: found(invoice, noun('invoice')), lines };
  });
}
