import { readTemplate } from '#lib/orders/templates.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { warehouses } from '#lib/warehouse/warehouse.ts';

export function load({ params, depends }) {
  depends('entity:order_template');
  return reading(async () => {
    const [template, depots] = await Promise.all([readTemplate(params.id), warehouses()]);
    return { template: found(template, 'template'), depots };
  });
}
