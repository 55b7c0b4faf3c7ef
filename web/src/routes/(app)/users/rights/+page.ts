import { load as reading } from '#lib/platform/read.ts';
import { rolePermissions } from '#lib/tenancy/tenancy.ts';

export function load({ depends }) {
  depends('entity:role_permission');
  return reading(async () => ({ rights: await rolePermissions() }));
}
