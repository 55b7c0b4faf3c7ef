import { readCustomer } from '#lib/parties/parties.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { noun } from '#lib/platform/label.ts';

export function load({ params, url }) {
  const into = new URLSearchParams(url.search).get('into');
  return reading(async () => {
    const [customer, target] = await Promise.all([
      readCustomer(params.id),
      into ? readCustomer(into) : null,
    ]);
    return { customer: found(customer, noun('customer')), target };
  });
}
