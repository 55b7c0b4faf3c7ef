import { noun } from '#lib/platform/label.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { readOwnFields } from '#lib/records/own_fields.ts';

export function load({ depends }) {
  depends('entity:tenant_setting');
  return reading(async () => ({ settings: found(await readOwnFields(), noun('company')) }));
}
