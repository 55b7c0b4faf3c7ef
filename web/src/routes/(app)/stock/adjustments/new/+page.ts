import { load as reading } from '#lib/platform/read.ts';
import { reasons } from '#lib/warehouse/reasons.ts';
import { warehouses } from '#lib/warehouse/warehouse.ts';

export function load() {
  return reading(async () => {
    const [places, choices] = await Promise.all([warehouses(['depot', 'shop', 'van']), reasons()]);
    return { places, reasons: choices };
  });
}
