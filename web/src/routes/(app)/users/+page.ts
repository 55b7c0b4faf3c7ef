import { listMembers, MEMBERS, openInvitations, rolePermissions } from '#lib/tenancy/tenancy.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:membership', 'entity:invitation', 'entity:role_permission');
  const list = readList(url, MEMBERS);
  return reading(async () => {
    const [members, invitations, rights] = await Promise.all([
      listMembers(list),
      openInvitations(),
      rolePermissions(),
    ]);
    return { members, invitations, rights };
  });
}
