import { found, load as reading } from '#lib/platform/read.ts';
import { readSettings } from '#lib/tenancy/tenancy.ts';

export function load({ depends }) {
  depends('entity:tenant_setting');
  return reading(async () => ({ settings: found(await readSettings(), 'company') }));
}
