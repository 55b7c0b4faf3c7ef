import { statementOf } from '#lib/billing/accounts.ts';
import { readCustomer } from '#lib/parties/parties.ts';
import { today } from '#lib/platform/format.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { readIdentity } from '#lib/tenancy/tenancy.ts';
import { noun } from '#lib/platform/label.ts';

const DAY = /^\d{4}-\d{2}-\d{2}$/;

export async function load({ params, url, depends, parent }) {
  depends('entity:invoice', 'entity:payment', 'entity:credit_note');
  // Days are those of the company, which the layout reads.
  await parent();
  const given = (name: string, otherwise: string) => {
    const value = url.searchParams.get(name) ?? '';
    return DAY.test(value) ? value : otherwise;
  };
  const from = given('from', today(-90));
  const to = given('to', today());
  return reading(async () => {
    const [customer, entries, seller] = await Promise.all([
      readCustomer(params.id),
      statementOf(params.id, from, to),
      readIdentity(),
    ]);
    return { customer: found(customer, noun('customer')), entries, seller, from, to };
  });
}
