import { noun } from '#lib/platform/label.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { readTerminology } from '#lib/tenancy/terminology.ts';

export function load({ depends }) {
  depends('entity:tenant_setting');
  return reading(async () => ({ settings: found(await readTerminology(), noun('company')) }));
}
