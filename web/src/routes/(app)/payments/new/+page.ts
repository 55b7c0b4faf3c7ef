import { readCustomer } from '#lib/parties/parties.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url }) {
  const given = new URLSearchParams(url.search);
  const customerId = given.get('customer');
  return reading(async () => ({
    customer: customerId ? await readCustomer(customerId) : null,
    orderId: given.get('order'),
    amount: Number(given.get('amount')) || null,
  }));
}
