import { readTemplate } from '#lib/orders/templates.ts';
import { readCustomer } from '#lib/parties/parties.ts';
import { load as reading } from '#lib/platform/read.ts';
import { warehouses } from '#lib/warehouse/warehouse.ts';

export function load({ url }) {
  const asked = new URLSearchParams(url.search);
  const wanted = asked.get('customer');
  const from = asked.get('template');
  return reading(async () => {
    const [depots, customer, template] = await Promise.all([
      warehouses(),
      wanted ? readCustomer(wanted) : null,
      from ? readTemplate(from) : null,
    ]);
    return { depots, customer, template };
  });
}
