import { MEMBERSHIP_STATUS, TENANT_STATUS } from '#lib/choices.ts';
import type { Enums, Json, Tables } from '#lib/database.types.ts';
import { ask, assign, callFunction, command } from '#lib/platform/command.ts';
import { anyLike, type Filter, pattern } from '#lib/platform/filters.ts';
import { choices } from '#lib/platform/label.ts';
import { having, type ListQuery, type ListShape, readPage } from '#lib/platform/list.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { m } from '#lib/words.ts';

export type Role = Enums<'member_role'>;

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
] as const satisfies Role[];

export function switchTenant(tenantId: string) {
  return assign('switch_tenant', { tenant_id: tenantId });
}

/** Every active company: what a super admin of the platform may switch into. */
export async function companies(): Promise<{ id: string; name: string; role: string }[]> {
  const found = await rows(
    supabase.from('tenants').select('id,name').eq('status', 'active').order('name').limit(500),
  );
  return found.map((company) => ({ ...company, role: 'super_admin' }));
}

export type Company = Tables<'tenants'>;

export const COMPANIES: ListShape = {
  table: 'tenants',
  sort: 'name',
  sortable: ['name', 'slug', 'status', 'created_at'],
  search: { label: m.name_or_short_name(), means: (typed) => [anyLike(typed, 'name', 'slug')] },
  filters: [
    {
      name: 'status',
      label: m.status(),
      kind: 'choice',
      tabs: true,
      options: choices(TENANT_STATUS),
    },
    { name: 'since', label: m.since(), kind: 'moment', column: 'created_at' },
  ],
};

/** All companies of the platform, for its super admins. */
export function listCompanies(list: ListQuery) {
  return readPage(COMPANIES, list, () => supabase.from('tenants').select('*'));
}

/** Creates a company and works in it from now on, so that its first owner can be invited. */
export function createCompany(input: {
  slug: string;
  name: string;
  currency: string;
  timezone: string;
  locale: string;
}) {
  return ask('create_tenant', input);
}

/** A suspended company is locked out on its next click; nothing of it is lost. */
export function setCompanyStatus(id: string, status: Enums<'tenant_status'>) {
  return assign('set_tenant_status', { tenant_id: id, status });
}

export const MEMBERS: ListShape = {
  table: 'memberships',
  sort: 'role',
  sortable: ['role', 'status', 'created_at'],
  search: {
    label: m.search_by_name(),
    means: (typed) => [
      {
        has: 'users',
        own: 'user_id',
        their: 'id',
        where: [{ column: 'full_name', like: pattern(typed) }],
      },
    ],
  },
  filters: [
    { name: 'role', label: m.role(), kind: 'choice', options: choices(ROLES) },
    {
      name: 'status',
      label: m.status(),
      kind: 'choice',
      tabs: true,
      options: choices(MEMBERSHIP_STATUS),
    },
  ],
};

export function listMembers(list: ListQuery) {
  return readPage(MEMBERS, list, (relations) =>
    supabase.from('memberships').select(having('*,users!inner(id,email,full_name)', relations)),
  );
}

/**
 * A filter by a colleague.
 * @param by whether the column holds accounts or memberships
 */
export function personFilter(
  name: string,
  label: string,
  column: string,
  by: 'id' | 'user_id' = 'id',
) {
  const named = (member: {
    id: string;
    user_id: string;
    role: string;
    users: { full_name: string } | null;
  }) => ({
    id: member[by],
    name: member.users?.full_name ?? m.somebody(),
    code: member.role,
  });
  const members = () =>
    supabase.from('memberships').select('id,user_id,role,users!inner(full_name)');
  return {
    name,
    label,
    column,
    kind: 'record',
    search: async (text: string) =>
      (await rows(members().ilike('users.full_name', pattern(text)).limit(20))).map(named),
    find: async (id: string) => {
      const found = await answerOf(members().eq(by, id).maybeSingle());
      return found && named(found);
    },
  } satisfies Filter;
}

export type Member = Awaited<ReturnType<typeof listMembers>>['rows'][number];

/** Open invitations, newest first. */
export function openInvitations() {
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
  role: Role;
  warehouse_id?: string | null;
  customer_id?: string | null;
}

/** Invites a person and sends the e-mail with the link. */
export async function inviteMember(input: InvitationInput) {
  const invitation = await command('invite_member', input);
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

export function changeMember(member: Member, role: Role) {
  return assign('change_member', {
    membership_id: member.id,
    role,
    warehouse_id: member.warehouse_id,
    territory_id: member.territory_id,
    customer_id: member.customer_id,
    expected_version: member.version,
  });
}

export function setMemberStatus(membershipId: string, status: Enums<'membership_status'>) {
  return assign('set_member_status', { membership_id: membershipId, status });
}

export async function rolePermissions() {
  const [permissions, defaults, overrides] = await Promise.all([
    rows(supabase.from('permissions').select('permission,description').order('permission')),
    rows(supabase.from('role_permissions').select('role,permission').limit(1000)),
    rows(supabase.from('tenant_role_permissions').select('role,permission,is_granted').limit(1000)),
  ]);
  return { permissions, defaults, overrides };
}

export function setRolePermission(role: Role, permission: string, isGranted: boolean) {
  return assign('set_role_permission', { role, permission, is_granted: isGranted });
}

/** Rules of the company by their names; what they mean is written in the migrations. */
export type Rules = { [rule: string]: Json | undefined };

export async function readSettings() {
  const settings = await answerOf(
    supabase
      .from('tenant_settings')
      .select(
        'tenant_id,currency,timezone,locale,business_rules,legal_name,postal_address,tax_numbers,contact_line,bank_details,mpesa_till,document_terms,logo,version',
      )
      .maybeSingle(),
  );
  return settings && { ...settings, business_rules: settings.business_rules as Rules };
}

type Settings = Tables<'tenant_settings'>;

/** What documents print of the company that sells. */
export type Identity = Pick<
  Settings,
  | 'legal_name'
  | 'postal_address'
  | 'tax_numbers'
  | 'contact_line'
  | 'bank_details'
  | 'mpesa_till'
  | 'document_terms'
  | 'logo'
>;

export function readIdentity(): Promise<Identity | null> {
  return answerOf(
    supabase
      .from('tenant_settings')
      .select(
        'legal_name,postal_address,tax_numbers,contact_line,bank_details,mpesa_till,document_terms,logo',
      )
      .maybeSingle(),
  );
}

export function saveSettings(
  settings: Pick<Settings, 'tenant_id' | 'version'>,
  changes: {
    currency: string;
    timezone: string;
    locale: string;
    business_rules: Rules;
  } & Identity,
) {
  return answerOf(
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
  /** Of the membership. */
  id: string;
  account: string;
  name: string;
  role: string;
}

/** Active members by name, for a choice. */
export async function people(text: string): Promise<PersonChoice[]> {
  let query = supabase
    .from('memberships')
    .select('id,user_id,role,users!inner(full_name)')
    .eq('status', 'active');
  if (text) query = query.ilike('users.full_name', `%${text}%`);
  const found = await rows(query.limit(20));
  return found.map(choiceOf);
}

/** Active members who work in this place alone. */
export async function peopleAt(placeId: string): Promise<PersonChoice[]> {
  const found = await rows(
    supabase
      .from('memberships')
      .select('id,user_id,role,users!inner(full_name)')
      .eq('status', 'active')
      .eq('warehouse_id', placeId)
      .limit(200),
  );
  return found.map(choiceOf);
}

function choiceOf(member: {
  id: string;
  user_id: string;
  role: string;
  users: { full_name: string } | null;
}): PersonChoice {
  return {
    id: member.id,
    account: member.user_id,
    name: member.users?.full_name ?? '',
    role: member.role,
  };
}
