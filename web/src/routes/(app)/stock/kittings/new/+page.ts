import { load as reading } from '#lib/platform/read.ts';
import { warehouses } from '#lib/warehouse/warehouse.ts';

export function load() {
  return reading(async () => ({ places: await warehouses() }));
}
