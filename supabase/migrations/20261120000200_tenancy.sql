-- Family 02, tenancy: companies, people, memberships and what they may do.

create type public.tenant_status as enum ('active', 'suspended');
create type public.user_status as enum ('active', 'banned');
create type public.membership_status as enum ('active', 'inactive');
create type public.member_role as enum (
  'owner', 'admin', 'manager', 'sales', 'agent', 'warehouse', 'dispatcher', 'driver', 'auditor', 'finance', 'analyst', 'viewer', 'customer'
);
create type public.invitation_status as enum ('pending', 'accepted', 'revoked');

create table public.tenants (
  id uuid primary key default private.uuid_v7(),
  slug text not null unique,
  name text not null,
  status public.tenant_status not null default 'active',
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint slug_is_a_short_name check (slug ~ '^[a-z0-9](-?[a-z0-9]){1,39}$'),
  constraint name_is_not_blank check (btrim(name) <> '' and length(name) <= 120)
);
comment on table public.tenants is 'Companies. Suspending one locks its people out on their next request.';
comment on column public.tenants.slug is 'Short name in addresses and sign-in pages; unique over all companies.';
select private.register_error('slug_is_a_short_name', 422, 'This is not a short name for a company.', 'Use 2 to 40 small letters and digits, with single hyphens in between.');

create table public.tenant_settings (
  tenant_id uuid primary key references public.tenants (id),
  currency text not null default 'KES',
  timezone text not null default 'Africa/Nairobi',
  locale text not null default 'en-KE',
  terminology jsonb not null default '{}',
  type_definitions jsonb not null default '{}',
  business_rules jsonb not null default '{}',
  compiled_auto_approve jsonpath generated always as (private.compile_rule(business_rules -> 'orders.auto_approve')) stored,
  feature_flags jsonb not null default '{}',
  legal_name text,
  postal_address text,
  tax_numbers text,
  contact_line text,
  bank_details text,
  mpesa_till text,
  document_terms text,
  logo text,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint currency_is_an_iso_code check (currency ~ '^[A-Z]{3}$'),
  constraint locale_is_a_language_tag check (locale ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'),
  constraint terminology_is_by_language check (
    jsonb_typeof(terminology) = 'object' and pg_column_size(terminology) < 8192
    and not jsonb_path_exists(terminology, '$.keyvalue() ? (!(@.key == "en" || @.key == "sw") || @.value.type() != "object")')
    and not jsonb_path_exists(terminology, 'strict $.*.keyvalue() ? (!(@.key like_regex "^[a-z_]{2,40}$") || @.value.type() != "array" || @.value.size() != 2)')
    and not jsonb_path_exists(terminology, 'strict $.*.*[*] ? (@.type() != "string" || !(@ like_regex "^[^{}<> ]([^{}<>]{0,38}[^{}<> ])?$"))')
  ),
  constraint type_definitions_is_an_object check (jsonb_typeof(type_definitions) = 'object' and pg_column_size(type_definitions) < 65536),
  constraint business_rules_is_an_object check (jsonb_typeof(business_rules) = 'object' and pg_column_size(business_rules) < 65536),
  constraint feature_flags_is_an_object check (jsonb_typeof(feature_flags) = 'object' and pg_column_size(feature_flags) < 65536),
  constraint legal_name_is_not_blank check (btrim(legal_name) <> '' and length(legal_name) <= 200),
  constraint postal_address_is_not_blank check (btrim(postal_address) <> '' and length(postal_address) <= 500),
  constraint tax_numbers_are_not_blank check (btrim(tax_numbers) <> '' and length(tax_numbers) <= 200),
  constraint contact_line_is_not_blank check (btrim(contact_line) <> '' and length(contact_line) <= 200),
  constraint bank_details_are_not_blank check (btrim(bank_details) <> '' and length(bank_details) <= 500),
  constraint mpesa_till_is_a_number check (mpesa_till ~ '^[0-9]{5,10}$'),
  constraint document_terms_are_not_blank check (btrim(document_terms) <> '' and length(document_terms) <= 2000),
  -- By what it holds as well: so does every PNG begin in base64, and every JPEG.
  constraint logo_is_a_small_picture check (length(logo) <= 200000 and logo ~ '^data:image/(png;base64,iVBORw0KGgo|jpeg;base64,/9j/)[A-Za-z0-9+/]*={0,2}$')
);
comment on table public.tenant_settings is 'One row per company: currency, zone, language, own words, own types, rules (JSON Logic) and switches.';
comment on column public.tenant_settings.terminology is
  'Own words for things by language, in the singular and the plural: {"en": {"order": ["booking", "bookings"]}, "sw": {…}}. What is not there is called as the portal calls it.';
comment on column public.tenant_settings.type_definitions is 'Own lists of types, e.g. {"customer_type": ["retail", "wholesale"]}, and own fields of documents: {"fields": {"order": [{"key", "label", "kind": "text" | "number" | "date" | "choice" | "yes_no", "options", "is_required"}]}}.';
comment on column public.tenant_settings.compiled_auto_approve is 'The rule orders.auto_approve as private.rule_holds asks it first.';
comment on column public.tenant_settings.business_rules is 'invoices.interest: simple interest on overdue invoices, {percent, per: "month" or "year", from: the first day of the first month that it is counted for, grace_days: days after the due date without interest, minimum: what is less is not charged}, none without it; credit.review_months: after how many months the credit of a customer is looked at again, 1 to 60; none or without it: on no day but that which a review names; invoices.reminder_days: days after the due date on which a customer is reminded, up to ten, 1 to 365; none or without it: nobody is; orders.auto_approve: JSON Logic over {order, customer}; orders.auto_allocate: boolean; orders.approval_limits: {role: amount}; orders.amend_tolerance_percent: number; orders.delivery_fee: {amount: what an order costs beside its goods, tax_id: the tax on it or null, includes_tax: boolean}; orders.duplicate_hours: for how many hours orders alike are warned of, 0 to 720, 24 without it; orders.standing: "draft" (as without it: standing orders are made as drafts) or "submit" (they are sent for approval); positions.kept_days: for how many days the ways of vans are kept, 1 to 365, 30 without it; prices.drafts: "refresh" (as without it: drafts follow the price lists) or "keep" (they keep the prices of the day they were entered); trips.counts_show_expected: boolean (otherwise whoever counts a load does not see what is expected); trips.near_metres: how near a van is to its next stop when that is noted, 50 to 5000, 500 without it; trips.vehicle_check: boolean (a driver checks his vehicle before he sets off).';
comment on column public.tenant_settings.legal_name is 'The seller as documents print it; null: the name of the company.';
comment on column public.tenant_settings.postal_address is 'Address of the seller on documents, with line breaks.';
comment on column public.tenant_settings.tax_numbers is 'Tax numbers of the seller on documents, e.g. PIN P051234567X.';
comment on column public.tenant_settings.contact_line is 'Telephone, e-mail and web address of the seller on documents.';
comment on column public.tenant_settings.bank_details is 'Where invoices are paid to, with line breaks.';
comment on column public.tenant_settings.mpesa_till is 'Till or paybill number that invoices name.';
comment on column public.tenant_settings.document_terms is 'Terms of sale below order confirmations, invoices and credit notes, with line breaks.';
comment on column public.tenant_settings.logo is 'Picture at the head of documents: a data URL of a PNG or JPEG, at most 200,000 characters.';

select private.register_error('legal_name_is_not_blank', 422, 'The name of the seller is blank or too long.', 'Enter at most 200 characters.');
select private.register_error('postal_address_is_not_blank', 422, 'The address of the company is blank or too long.', 'Enter at most 500 characters.');
select private.register_error('tax_numbers_are_not_blank', 422, 'The tax numbers are blank or too long.', 'Enter at most 200 characters.');
select private.register_error('contact_line_is_not_blank', 422, 'The contact line is blank or too long.', 'Enter at most 200 characters.');
select private.register_error('bank_details_are_not_blank', 422, 'The bank details are blank or too long.', 'Enter at most 500 characters.');
select private.register_error('mpesa_till_is_a_number', 422, 'This is not an M-Pesa till or paybill number.', 'Enter its 5 to 10 digits.');
select private.register_error('document_terms_are_not_blank', 422, 'The terms on documents are blank or too long.', 'Enter at most 2000 characters.');
select private.register_error('logo_is_a_small_picture', 422, 'The logo is not a small PNG or JPEG picture.', 'Choose a PNG or JPEG file of at most 140 kB.');
select private.register_error('currency_is_an_iso_code', 422, 'This is not a currency code.', 'Enter the three capital letters of the currency, like KES.');
select private.register_error('locale_is_a_language_tag', 422, 'This is not a language tag.', 'Enter a language and a country, like en-KE.');
select private.register_error('terminology_is_by_language', 422, 'These are no words for things.', 'Give each thing the words for one and for many of it, of 1 to 40 characters without braces.');
select private.register_error('type_definitions_is_an_object', 422, 'The type definitions are not a JSON object, or they are too large.', 'Send an object of less than 64 KB.');
select private.register_error('business_rules_is_an_object', 422, 'The business rules are not a JSON object, or they are too large.', 'Send an object of less than 64 KB.');
select private.register_error('feature_flags_is_an_object', 422, 'The feature flags are not a JSON object, or they are too large.', 'Send an object of less than 64 KB.');

create table public.users (
  id uuid primary key references auth.users (id) on delete cascade,
  email text not null,
  full_name text not null,
  phone text,
  status public.user_status not null default 'active',
  language text,
  active_tenant_id uuid references public.tenants (id),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  constraint email_is_lower_case check (email = lower(email) and email ~ '^[^@\s]+@[^@\s]+$' and length(email) <= 254),
  constraint full_name_is_not_blank check (btrim(full_name) <> '' and length(full_name) <= 120),
  constraint language_is_spoken check (language in ('en', 'sw')),
  constraint phone_is_e164 check (phone ~ '^\+[1-9][0-9]{6,14}$')
);
create unique index users_email on public.users (email);
create index users_active_tenant_id on public.users (active_tenant_id);
comment on table public.users is 'People, one row per account of the sign-in service. A person may belong to several companies; one is active at a time.';
comment on column public.users.language is 'In which language the person reads the portal; null: as the device has it.';
select private.register_error('language_is_spoken', 422, 'The portal does not speak this language.', 'Choose English (en) or Swahili (sw).');
select private.register_error('full_name_is_not_blank', 422, 'The name is missing or too long.', 'Enter a name of at most 120 characters.');

create table public.memberships (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null references public.tenants (id),
  user_id uuid not null references public.users (id),
  role public.member_role not null,
  status public.membership_status not null default 'active',
  warehouse_id uuid,
  territory_id uuid,
  customer_id uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  primary key (tenant_id, id),
  unique (tenant_id, user_id),
  constraint customer_role_names_its_customer check (role <> 'customer' or customer_id is not null or status = 'inactive')
);
create index memberships_user_id on public.memberships (user_id);
comment on table public.memberships is 'Who belongs to which company in which role. Rights are read from here on every request, never from the token.';
comment on column public.memberships.warehouse_id is 'When set, the person sees only this warehouse and its documents.';
comment on column public.memberships.territory_id is 'When set, the person sees only customers of this territory and their documents.';
comment on column public.memberships.customer_id is 'The customer that a member in role customer acts for.';

create table public.permissions (
  permission text primary key,
  description text not null,
  constraint permission_is_noun_dot_verb check (permission ~ '^[a-z_]+\.[a-z_]+$')
);
comment on table public.permissions is 'Every right there is, <noun>.<verb>. Reference data.';

create table public.role_ranks (
  role public.member_role primary key,
  rank integer not null
);
comment on table public.role_ranks is 'Order of the roles, for "or higher". super_admin stands above all at 100 and is no membership role.';

create table public.role_permissions (
  role public.member_role not null,
  permission text not null references public.permissions (permission),
  primary key (role, permission),
  constraint customers_hold_rights_of_their_account check (role <> 'customer' or permission like 'account.%')
);
create index role_permissions_permission on public.role_permissions (permission);
comment on table public.role_permissions is 'What each role may do unless a company says otherwise. Reference data.';

create table public.tenant_role_permissions (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null references public.tenants (id),
  role public.member_role not null,
  permission text not null references public.permissions (permission),
  is_granted boolean not null,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  primary key (tenant_id, id),
  unique (tenant_id, role, permission),
  constraint customers_hold_rights_of_their_account check (role <> 'customer' or permission like 'account.%')
);
create index tenant_role_permissions_permission on public.tenant_role_permissions (permission);
comment on table public.tenant_role_permissions is 'A company''s differences from role_permissions: a right added to or taken from a role.';

create table public.invitations (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null references public.tenants (id),
  email text not null,
  full_name text not null,
  role public.member_role not null,
  warehouse_id uuid,
  territory_id uuid,
  customer_id uuid,
  status public.invitation_status not null default 'pending',
  token_hash text,
  expires_at timestamptz not null default now() + interval '72 hours',
  accepted_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  is_pending boolean not null generated always as (status = 'pending') stored,
  primary key (tenant_id, id),
  constraint email_is_lower_case check (email = lower(email) and email ~ '^[^@\s]+@[^@\s]+$' and length(email) <= 254),
  constraint full_name_is_not_blank check (btrim(full_name) <> '' and length(full_name) <= 120),
  constraint token_hash_is_sha256 check (token_hash ~ '^[0-9a-f]{64}$'),
  constraint accepted_at_matches_status check ((status = 'accepted') = (accepted_at is not null))
);
create unique index invitations_pending_email on public.invitations (tenant_id, email) where is_pending;
comment on column public.invitations.is_pending is 'Neither accepted nor withdrawn.';
create index invitations_token_hash on public.invitations (token_hash);
comment on table public.invitations is 'Invitations to join a company: bound to one e-mail, 72 hours, single use. Only the SHA-256 of the token is kept.';

create table private.platform_admins (
  user_id uuid primary key references public.users (id),
  created_at timestamptz not null default now()
);
comment on table private.platform_admins is 'Super admins of the platform. They stand outside the companies and may switch into any of them.';

create table private.password_resets (
  id uuid primary key default private.uuid_v7(),
  user_id uuid not null references public.users (id),
  token_hash text not null unique,
  expires_at timestamptz not null default now() + interval '1 hour',
  used_at timestamptz,
  created_at timestamptz not null default now(),
  constraint token_hash_is_sha256 check (token_hash ~ '^[0-9a-f]{64}$')
);
create index password_resets_user_id on private.password_resets (user_id);
select private.force_policies('private.password_resets');
comment on table private.password_resets is 'Password reset tokens (SHA-256 only), one hour, single use.';

create table private.sign_in_failures (
  id uuid primary key default private.uuid_v7(),
  user_id uuid not null references public.users (id),
  failed_at timestamptz not null default clock_timestamp()
);
create index sign_in_failures_user_id on private.sign_in_failures (user_id, failed_at desc);
create index sign_in_failures_failed_at on private.sign_in_failures (failed_at);
select private.force_policies('private.sign_in_failures');
comment on table private.sign_in_failures is 'Wrong passwords per account since the last right one. Kept for thirty days, so that an attack can be told afterwards.';

create table private.proof_attempts (
  id uuid primary key default private.uuid_v7(),
  kind text not null,
  address text not null,
  tried_at timestamptz not null default clock_timestamp(),
  constraint kind_is_known check (kind in ('password', 'refresh', 'link'))
);
create index proof_attempts_address on private.proof_attempts (kind, address, tried_at);
create index proof_attempts_tried_at on private.proof_attempts (tried_at);
select private.force_policies('private.proof_attempts');
comment on table private.proof_attempts is
  'Attempts to prove who one is that failed, or have not ended yet, per network address (SHA-256 of it). Successful ones leave nothing: an office behind one address is not locked out by its own size. Kept for an hour.';
comment on column private.proof_attempts.kind is 'password: signing in. refresh: a session''s refresh token. link: the token of an invitation or of a new password.';

------------------------------------------------------------------------------------------------
-- Who is asking, and may he? plpgsql, because its plans are kept for the life of a connection.
------------------------------------------------------------------------------------------------

create function private.is_super_admin() returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return exists (
    select from private.platform_admins p join public.users u on u.id = p.user_id
    where p.user_id = auth.uid() and u.status = 'active'
  );
end
$$;
comment on function private.is_super_admin() is 'Whether the caller is on the platform list.';

create function private.active_membership() returns public.memberships
language plpgsql stable security definer set search_path = ''
as $$
declare
  found_membership public.memberships;
begin
  select m.* into found_membership
  from public.users u
  join auth.users a on a.id = u.id and (a.banned_until is null or a.banned_until <= pg_catalog.now()) and a.deleted_at is null
  join public.memberships m on m.tenant_id = u.active_tenant_id and m.user_id = u.id and m.status = 'active'
  join public.tenants t on t.id = m.tenant_id and t.status = 'active'
  where u.id = auth.uid() and u.status = 'active';
  return found_membership;
end
$$;
comment on function private.active_membership() is 'The caller''s membership in his active company; null row when person, membership or company is not active.';

create function private.has_permission(tenant uuid, wanted text) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return private.tenant_id(wanted) is not distinct from tenant and tenant is not null;
end
$$;
comment on function private.has_permission(uuid, text) is 'Whether the caller holds a permission in exactly this company, which must be his active one.';

create function private.tenant_id(permission text) returns uuid
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  wanted text := tenant_id.permission;
  found_tenant uuid;
begin
  select m.tenant_id into found_tenant
  from public.users u
  join auth.users a on a.id = u.id and (a.banned_until is null or a.banned_until <= pg_catalog.now()) and a.deleted_at is null
  join public.memberships m on m.tenant_id = u.active_tenant_id and m.user_id = u.id and m.status = 'active'
  join public.tenants t on t.id = m.tenant_id and t.status = 'active'
  left join public.role_permissions p on p.role = m.role and p.permission = wanted
  left join public.tenant_role_permissions o on o.tenant_id = m.tenant_id and o.role = m.role and o.permission = wanted
  where u.id = auth.uid() and u.status = 'active'
    and coalesce(o.is_granted, p.permission is not null);
  if found_tenant is null and private.is_super_admin() then
    select u.active_tenant_id into found_tenant
    from public.users u join public.tenants t on t.id = u.active_tenant_id and t.status = 'active'
    where u.id = auth.uid();
  end if;
  return found_tenant;
end
$$;
comment on function private.tenant_id(text) is
  'The caller''s active company if he holds the permission there, else null. The one predicate of every policy: one look-up per statement.';

create function private.active_tenant_id() returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
  found_tenant uuid;
begin
  found_tenant := (private.active_membership()).tenant_id;
  if found_tenant is null and private.is_super_admin() then
    select u.active_tenant_id into found_tenant
    from public.users u join public.tenants t on t.id = u.active_tenant_id and t.status = 'active'
    where u.id = auth.uid();
  end if;
  return found_tenant;
end
$$;
comment on function private.active_tenant_id() is 'The caller''s active company, whatever his rights. Default of tenant_id columns.';

create function private.workplace_id() returns uuid
language plpgsql stable security definer set search_path = ''
as $$
begin
  return case when (private.active_membership()).role is distinct from 'customer' then private.active_tenant_id() end;
end
$$;
comment on function private.workplace_id() is 'The caller''s active company where he works in it; null for its customers. What every colleague may read, whatever his rights.';

create table private.record (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null default private.active_tenant_id() references public.tenants (id),
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  primary key (tenant_id, id)
);
select private.force_policies('private.record');
comment on table private.record is
  'What every table of a company''s records has, its stamps kept by private.manage_table: create table … (like private.record including defaults including indexes, …). Empty.';

create function private.require_permission(permission text) returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
  found_tenant uuid := private.tenant_id(permission);
begin
  if found_tenant is null then
    if auth.uid() is null then
      perform private.fail('not_signed_in');
    end if;
    perform private.fail('permission_denied', pg_catalog.jsonb_build_object('permission', permission));
  end if;
  return found_tenant;
end
$$;
comment on function private.require_permission(text) is 'The caller''s company, or permission_denied / not_signed_in.';

-- Row scope: null means "no limit". Super admins have none.
create function private.scope_customer_id() returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
  me public.memberships := private.active_membership();
begin
  return case when me.role = 'customer' then me.customer_id end;
end
$$;
comment on function private.scope_customer_id() is 'The one customer the caller acts for when his role is customer, else null.';

create function private.scope_warehouse_id() returns uuid
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (private.active_membership()).warehouse_id;
end
$$;
comment on function private.scope_warehouse_id() is 'The one warehouse the caller is limited to, else null.';

create function private.scope_territory_id() returns uuid
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (private.active_membership()).territory_id;
end
$$;
comment on function private.scope_territory_id() is 'The one territory the caller is limited to, else null.';

create function private.is_unscoped() returns boolean
language plpgsql stable security definer set search_path = ''
as $$
declare
  me constant public.memberships := private.active_membership();
begin
  return me.id is null
    or (me.role not in ('customer', 'driver') and me.warehouse_id is null and me.territory_id is null);
end
$$;
comment on function private.is_unscoped() is 'Whether the caller''s membership sees every row that its permissions show (also true for super admins, who have no membership).';

create function private.role_permissions_of(tenant uuid, wanted_role public.member_role) returns setof text
language sql stable security definer set search_path = ''
as $$
  select p.permission
  from public.permissions p
  left join public.role_permissions d on d.role = wanted_role and d.permission = p.permission
  left join public.tenant_role_permissions o on o.tenant_id = tenant and o.role = wanted_role and o.permission = p.permission
  where coalesce(o.is_granted, d.permission is not null)
$$;
comment on function private.role_permissions_of(uuid, public.member_role) is 'Effective permissions of a role in a company.';

create function private.my_rank() returns integer
language plpgsql stable security definer set search_path = ''
as $$
begin
  if private.is_super_admin() then
    return 100;
  end if;
  return coalesce((select r.rank from public.role_ranks r where r.role = (private.active_membership()).role), -1);
end
$$;
comment on function private.my_rank() is 'Rank of the caller in his active company; 100 for super admins, -1 for strangers.';

------------------------------------------------------------------------------------------------
-- What a company has settled
------------------------------------------------------------------------------------------------

create function private.tenant_rule(tenant uuid, rule text) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (select s.business_rules -> rule from public.tenant_settings s where s.tenant_id = tenant);
end
$$;
comment on function private.tenant_rule(uuid, text) is 'A business rule of a company, null when it has none of this name.';

create function private.tenant_today(tenant uuid) returns date
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (pg_catalog.now() at time zone (select s.timezone from public.tenant_settings s where s.tenant_id = tenant))::date;
end
$$;
comment on function private.tenant_today(uuid) is 'The date in the company''s time zone.';

create function private.is_to_come(tenant uuid, moment timestamptz) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return ((moment - interval '5 minutes') at time zone (select s.timezone from public.tenant_settings s where s.tenant_id = tenant))::date > private.tenant_today(tenant);
end
$$;
comment on function private.is_to_come(uuid, timestamptz) is 'Whether a moment is after today where the company is; a clock may be off by five minutes.';

create function private.require_reference(referring regclass, field text, tenant uuid, id uuid) returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  is_known boolean := true;
begin
  if id is not null then
    execute pg_catalog.format('select exists (select from %s x where x.tenant_id = $1 and x.id = $2)', (
      select c.confrelid::regclass
      from pg_catalog.pg_constraint c
      join pg_catalog.pg_attribute a on a.attrelid = c.conrelid and a.attnum = any (c.conkey)
      where c.conrelid = referring and c.contype = 'f' and a.attname = field
    )) into strict is_known using tenant, id;
  end if;
  if not is_known then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object(field, id));
  end if;
end
$$;
comment on function private.require_reference(regclass, text, uuid, uuid) is
  'Raises record_not_found naming the field unless the id is null or names a row of the company in the table that this column refers to; for ids that a command only stores.';

------------------------------------------------------------------------------------------------
-- Exposing commands
------------------------------------------------------------------------------------------------

create function private.expose_command(function_name text, is_of_platform boolean default false, audience text default 'authenticated') returns void
language plpgsql set search_path = ''
as $$
declare
  source record;
begin
  select pg_catalog.pg_get_function_arguments(p.oid) as signature,
    pg_catalog.format_type(p.prorettype, null) as result,
    (select t.typtype = 'c' from pg_catalog.pg_type t where t.oid = p.prorettype) as is_row,
    (select pg_catalog.string_agg('$' || n, ', ' order by n) from pg_catalog.generate_series(1, p.pronargs) n) as arguments,
    -- What was seen when the request was first made may have changed since; the request is the same.
    (select coalesce(pg_catalog.string_agg(pg_catalog.format('%L, $%s', a.name, a.n), ', ' order by a.n), '')
      from pg_catalog.unnest(p.proargnames) with ordinality as a (name, n) where a.name <> 'expected_version') as named,
    pg_catalog.obj_description(p.oid, 'pg_proc') as description
  into strict source
  from pg_catalog.pg_proc p
  where p.pronamespace = 'private'::regnamespace and p.proname = function_name;
  execute pg_catalog.format($make$
create function public.%1$I(%2$s) returns %3$s
language plpgsql volatile security invoker set search_path = ''
as $body$
#variable_conflict use_variable
declare
  tenant uuid;
  request jsonb;
  answer jsonb;
  result %3$s;
begin
  if idempotency_key is not null then
    tenant := %4$s;
    request := pg_catalog.jsonb_build_object(%5$s);
  end if;
  answer := private.begin_command(%1$L, tenant, idempotency_key, request);
  if answer is not null then
    return %6$s;
  end if;
  result := private.%1$I(%7$s);
  if idempotency_key is not null then
    perform private.end_command(%1$L, tenant, idempotency_key, request, pg_catalog.to_jsonb(result));
  end if;
  return result;
end
$body$
$make$, function_name, pg_catalog.concat_ws(', ', nullif(source.signature, ''), 'idempotency_key uuid default null'), source.result,
    case when is_of_platform then 'null' else 'private.active_tenant_id()' end, source.named,
    case when source.is_row then pg_catalog.format('pg_catalog.jsonb_populate_record(null::%s, answer)', source.result) else pg_catalog.format('(answer #>> ''{}'')::%s', source.result) end,
    source.arguments);
  execute pg_catalog.format('comment on function public.%I is %L', function_name,
    source.description || ' The same idempotency_key with the same values is answered again, not done again.');
  insert into private.exposed_functions (function_name, audience) values (function_name, audience);
end
$$;
comment on function private.expose_command(text, boolean, text) is
  'Creates the security-invoker RPC public.<name> in front of the command private.<name>: the same arguments and idempotency_key, which makes it happen once. A command of the platform (is_of_platform) belongs to no company. audience: the role that may give it (private.exposed_functions).';
