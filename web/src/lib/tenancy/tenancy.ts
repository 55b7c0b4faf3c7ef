import { toPortalError } from '#lib/errors.ts';
import { ask, assign, callFunction, command, write } from '#lib/platform/command.ts';
import { type ListQuery, page } from '#lib/platform/list.ts';
import { one, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';

export const ROLES = [
  'owner',
  'admin',
  'manager',
  'dispatcher',
  'finance',
  'sales',
  'agent',
  'auditor',
  'warehouse',
  'driver',
  'analyst',
  'viewer',
  'customer',
] as const;

export interface Member {
  id: string;
  role: string;
  status: string;
  warehouse_id: string | null;
  territory_id: string | null;
  customer_id: string | null;
  version: number;
  users: { id: string; email: string; full_name: string } | null;
}

export interface Invitation {
  id: string;
  email: string;
  full_name: string;
  role: string;
  status: string;
  expires_at: string;
  created_at: string;
}

export interface TenantSettings {
  tenant_id: string;
  currency: string;
  timezone: string;
  locale: string;
  business_rules: Record<string, unknown>;
  version: number;
}

export interface RolePermission {
  role: string;
  permission: string;
}

export interface RoleOverride extends RolePermission {
  is_granted: boolean;
}

export async function signIn(email: string, password: string): Promise<void> {
  const { error } = await supabase.auth.signInWithPassword({ email, password });
  if (error) throw toPortalError(error, error.status);
}

/** Ends this session only; other devices stay signed in. */
export async function signOut(): Promise<void> {
  await supabase.auth.signOut({ scope: 'local' });
}

export function switchTenant(tenantId: string) {
  return assign('switch_tenant', { tenant_id: tenantId });
}

/** Every active company: what a super admin of the platform may switch into. */
export async function companies(): Promise<{ id: string; name: string; role: string }[]> {
  const found = await rows<{ id: string; name: string }>(
    supabase.from('tenants').select('id,name').eq('status', 'active').order('name').limit(500),
  );
  return found.map((company) => ({ ...company, role: 'super_admin' }));
}

/** Answers alike for known and unknown addresses. */
export function requestPasswordReset(email: string) {
  return callFunction('send-password-reset', { email });
}

export function resetPassword(token: string, password: string): Promise<{ email: string }> {
  return ask('reset_password', { token, password });
}

export function acceptInvitation(
  token: string,
  password: string | null,
): Promise<{ email: string; tenant_id: string }> {
  return ask('accept_invitation', { token, password });
}

export function listMembers(list: ListQuery) {
  const { role, status } = list.filters;
  let query = supabase.from('memberships').select('*,users!inner(id,email,full_name)');
  if (role) query = query.eq('role', role);
  if (status) query = query.eq('status', status);
  if (list.search) query = query.ilike('users.full_name', `%${list.search}%`);
  return page<Member>(query.order(list.sort, { ascending: list.ascending }).order('id'), list);
}

/** Open invitations, newest first. */
export function openInvitations(): Promise<Invitation[]> {
  return rows(
    supabase
      .from('invitations')
      .select('id,email,full_name,role,status,expires_at,created_at')
      .eq('status', 'pending')
      .order('created_at', { ascending: false })
      .limit(100),
  );
}

export interface InvitationInput {
  email: string;
  full_name: string;
  role: string;
  warehouse_id?: string | null;
  customer_id?: string | null;
}

/** Invites a person and sends the e-mail with the link. */
export async function inviteMember(input: InvitationInput): Promise<Invitation> {
  const invitation = await command<Invitation>('invite_member', { ...input });
  await sendInvitation(invitation.id);
  return invitation;
}

/** Sends the e-mail of an open invitation, again with a fresh link. */
export function sendInvitation(invitationId: string) {
  return callFunction('send-user-invite', { invitation_id: invitationId });
}

export function revokeInvitation(invitationId: string) {
  return ask('revoke_invitation', { invitation_id: invitationId });
}

export function changeMember(member: Member, role: string) {
  return assign('change_member', {
    membership_id: member.id,
    role,
    warehouse_id: member.warehouse_id,
    territory_id: member.territory_id,
    customer_id: member.customer_id,
    expected_version: member.version,
  });
}

export function setMemberStatus(membershipId: string, status: 'active' | 'inactive') {
  return assign('set_member_status', { membership_id: membershipId, status });
}

export async function rolePermissions(): Promise<{
  permissions: { permission: string; description: string }[];
  defaults: RolePermission[];
  overrides: RoleOverride[];
}> {
  const [permissions, defaults, overrides] = await Promise.all([
    rows<{ permission: string; description: string }>(
      supabase.from('permissions').select('permission,description').order('permission'),
    ),
    rows<RolePermission>(supabase.from('role_permissions').select('role,permission').limit(1000)),
    rows<RoleOverride>(
      supabase.from('tenant_role_permissions').select('role,permission,is_granted').limit(1000),
    ),
  ]);
  return { permissions, defaults, overrides };
}

export function setRolePermission(role: string, permission: string, isGranted: boolean) {
  return assign('set_role_permission', { role, permission, is_granted: isGranted });
}

export function readSettings(): Promise<TenantSettings | null> {
  return one(
    supabase
      .from('tenant_settings')
      .select('tenant_id,currency,timezone,locale,business_rules,version')
      .maybeSingle(),
  );
}

export function saveSettings(
  settings: TenantSettings,
  changes: Partial<Pick<TenantSettings, 'currency' | 'timezone' | 'locale' | 'business_rules'>>,
): Promise<TenantSettings | null> {
  return write(
    supabase
      .from('tenant_settings')
      .update(changes)
      .eq('tenant_id', settings.tenant_id)
      .eq('version', settings.version)
      .select()
      .maybeSingle(),
  );
}

export interface PersonChoice {
  /** Id of the membership. */
  id: string;
  name: string;
  role: string;
}

/** Who a membership belongs to, as far as the reader may know. */
export async function nameOfMember(membershipId: string | null): Promise<string | null> {
  if (membershipId === null) return null;
  const member = await one<{ users: { full_name: string } | null }>(
    supabase
      .from('memberships')
      .select('id,users!inner(full_name)')
      .eq('id', membershipId)
      .maybeSingle(),
  );
  return member?.users?.full_name ?? 'a colleague';
}

/** Active members by name, for a choice. */
export async function people(text: string): Promise<PersonChoice[]> {
  let query = supabase
    .from('memberships')
    .select('id,role,users!inner(full_name)')
    .eq('status', 'active');
  if (text) query = query.ilike('users.full_name', `%${text}%`);
  const found = await rows<{ id: string; role: string; users: { full_name: string } }>(
    query.limit(20),
  );
  return found.map((member) => ({
    id: member.id,
    name: member.users.full_name,
    role: member.role,
  }));
}
