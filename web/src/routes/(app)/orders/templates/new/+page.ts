import { readCustomer } from '#lib/parties/parties.ts';
import { load as reading } from '#lib/platform/read.ts';
import { warehouses } from '#lib/warehouse/warehouse.ts';

export function load({ url }) {
  const wanted = new URLSearchParams(url.search).get('customer');
  return reading(async () => {
    const [depots, customer] = await Promise.all([
      warehouses(),
      wanted ? readCustomer(wanted) : null,
    ]);
    return { depots, customer };
  });
}
