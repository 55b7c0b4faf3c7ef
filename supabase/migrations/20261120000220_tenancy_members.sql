-- Family 02, tenancy: members and companies.

------------------------------------------------------------------------------------------------
-- Members
------------------------------------------------------------------------------------------------

create function private.tg_memberships__keep_owner() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- One lock per company: two owners who remove each other at the same moment take turns.
  perform from public.tenants t where t.id = old.tenant_id for no key update;
  if not exists (
    select from public.memberships m
    where m.tenant_id = old.tenant_id and m.role = 'owner' and m.status = 'active' and m.id <> old.id
  ) then
    perform private.fail('last_owner_kept');
  end if;
  return case tg_op when 'DELETE' then old else new end;
end
$$;
comment on function private.tg_memberships__keep_owner() is 'Refuses to remove, demote or deactivate the last active owner of a company.';
create trigger _150_keep_owner_on_update before update on public.memberships for each row
when (old.role = 'owner' and old.status = 'active' and (new.role <> 'owner' or new.status <> 'active'))
execute function private.tg_memberships__keep_owner();
create trigger _150_keep_owner_on_delete before delete on public.memberships for each row
when (old.role = 'owner' and old.status = 'active')
execute function private.tg_memberships__keep_owner();

create function private.lock_membership(tenant uuid, membership_id uuid) returns public.memberships
language plpgsql security definer set search_path = ''
as $$
declare
  target public.memberships;
begin
  select * into target from public.memberships m where m.tenant_id = tenant and m.id = membership_id for update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('membership_id', membership_id));
  end if;
  if private.my_rank() < (select r.rank from public.role_ranks r where r.role = target.role) then
    perform private.fail('right_not_held', pg_catalog.jsonb_build_object('role', target.role));
  end if;
  return target;
end
$$;
comment on function private.lock_membership(uuid, uuid) is 'Locks a membership for change by a caller of at least its rank. Raises record_not_found, right_not_held.';

create function private.change_member(membership_id uuid, role public.member_role, warehouse_id uuid default null, territory_id uuid default null, customer_id uuid default null, expected_version integer default null)
returns public.memberships
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('users.manage');
  target public.memberships;
begin
  target := private.lock_membership(tenant, membership_id);
  perform private.check_version(expected_version, target.version);
  perform private.require_choice('role', role::text);
  perform private.check_grantable(tenant, role);
  if role = 'customer' and customer_id is null then
    perform private.fail('input_invalid', '{"customer_id": "required for the role customer"}');
  end if;
  perform private.require_reference('public.memberships', 'warehouse_id', tenant, warehouse_id);
  perform private.require_reference('public.memberships', 'territory_id', tenant, territory_id);
  perform private.require_reference('public.memberships', 'customer_id', tenant, customer_id);
  update public.memberships m
  set role = change_member.role, warehouse_id = change_member.warehouse_id, territory_id = change_member.territory_id, customer_id = change_member.customer_id
  where m.tenant_id = target.tenant_id and m.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.change_member(uuid, public.member_role, uuid, uuid, uuid, integer) is
  'Changes role and limits of a member; acts on his next request. Raises record_not_found, right_not_held, last_owner_kept, version_conflict.';
select private.expose_command('change_member');

create function private.set_member_status(membership_id uuid, status public.membership_status) returns public.memberships
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('users.manage');
  target public.memberships;
begin
  target := private.lock_membership(tenant, membership_id);
  perform private.require_choice('status', status::text);
  if status = 'active' then
    perform private.check_grantable(tenant, target.role);
  end if;
  update public.memberships m set status = set_member_status.status where m.tenant_id = target.tenant_id and m.id = target.id returning * into target;
  return target;
end
$$;
comment on function private.set_member_status(uuid, public.membership_status) is
  'Deactivates or reactivates a member; acts on his next request. Raises record_not_found, right_not_held, last_owner_kept.';
select private.expose_command('set_member_status');

select private.register_error('right_not_for_customers', 422, 'Customers cannot have this right: it opens what is not theirs.', 'Give customers rights of their own account only.');

create function private.set_role_permission(role public.member_role, permission text, is_granted boolean) returns public.tenant_role_permissions
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('settings.manage');
  saved public.tenant_role_permissions;
begin
  perform private.require_choice('role', role::text);
  perform private.require_choice('is_granted', is_granted::text);
  if not exists (select from public.permissions p where p.permission = set_role_permission.permission) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('permission', permission));
  end if;
  if not private.has_permission(tenant, permission)
    or private.my_rank() <= (select r.rank from public.role_ranks r where r.role = set_role_permission.role) then
    perform private.fail('right_not_held', pg_catalog.jsonb_build_object('permission', permission, 'role', role));
  end if;
  if role = 'customer' and permission not like 'account.%' then
    perform private.fail('right_not_for_customers', pg_catalog.jsonb_build_object('permission', permission));
  end if;
  insert into public.tenant_role_permissions as o (tenant_id, role, permission, is_granted)
  values (tenant, role, permission, is_granted)
  on conflict on constraint tenant_role_permissions_tenant_id_role_permission_key do update set is_granted = excluded.is_granted
  returning * into saved;
  return saved;
end
$$;
comment on function private.set_role_permission(public.member_role, text, boolean) is
  'Gives a right to a role of lower rank in the caller''s company, or takes it. Customers have rights of their own account and no others. Raises right_not_held, right_not_for_customers, record_not_found.';
select private.expose_command('set_role_permission');

------------------------------------------------------------------------------------------------
-- Companies
------------------------------------------------------------------------------------------------

select private.register_error('tenant_slug_taken', 409, 'Another company has this short name.', 'Choose another short name.');
select private.refuse_taken('public.tenants', 'tenants_slug_key', 'tenant_slug_taken', each_alone => true);

create function private.new_tenant(slug text, name text, currency text, timezone text, locale text) returns public.tenants
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant public.tenants;
begin
  if not exists (select from pg_catalog.pg_timezone_names z where z.name = timezone) then
    perform private.fail('input_invalid', pg_catalog.jsonb_build_object('timezone', 'unknown'));
  end if;
  insert into public.tenants (slug, name) values (slug, name) returning * into tenant;
  insert into public.tenant_settings (tenant_id, currency, timezone, locale) values (tenant.id, currency, timezone, locale);
  perform private.create_document_sequences(tenant.id);
  return tenant;
end
$$;
comment on function private.new_tenant(text, text, text, text, text) is 'Creates a company with its settings and numbering. Raises input_invalid, tenant_slug_taken.';

create function private.create_tenant(slug text, name text, currency text default 'KES', timezone text default 'Africa/Nairobi', locale text default 'en-KE') returns public.tenants
language plpgsql security definer set search_path = ''
as $$
declare
  tenant public.tenants;
begin
  if not private.is_super_admin() then
    perform private.fail('permission_denied', '{"permission": "super_admin"}');
  end if;
  tenant := private.new_tenant(slug, name, currency, timezone, locale);
  update public.users u set active_tenant_id = tenant.id where u.id = auth.uid();
  return tenant;
end
$$;
comment on function private.create_tenant(text, text, text, text, text) is
  'Super admins only: creates a company and makes it the caller''s active one; the first owner is then invited. Raises permission_denied, input_invalid, tenant_slug_taken.';
select private.expose_command('create_tenant', is_of_platform => true);

create function private.set_tenant_status(tenant_id uuid, status public.tenant_status) returns public.tenants
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant public.tenants;
begin
  if not private.is_super_admin() then
    perform private.fail('permission_denied', '{"permission": "super_admin"}');
  end if;
  update public.tenants t set status = set_tenant_status.status where t.id = tenant_id returning * into tenant;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('tenant_id', tenant_id));
  end if;
  return tenant;
end
$$;
comment on function private.set_tenant_status(uuid, public.tenant_status) is 'Super admins only: suspends or reactivates a company. Raises permission_denied, record_not_found.';
select private.expose_command('set_tenant_status', is_of_platform => true);

create function private.printed_seller(tenant uuid) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
begin
  return (
    select pg_catalog.jsonb_build_object('legal_name', coalesce(s.legal_name, t.name), 'postal_address', s.postal_address, 'tax_numbers', s.tax_numbers,
      'contact_line', s.contact_line, 'bank_details', s.bank_details, 'mpesa_till', s.mpesa_till, 'document_terms', s.document_terms)
    from public.tenants t left join public.tenant_settings s on s.tenant_id = t.id
    where t.id = tenant
  );
end
$$;
comment on function private.printed_seller(uuid) is
  'The company in the words of today, for a document to keep: {legal_name, postal_address, tax_numbers, contact_line, bank_details, mpesa_till, document_terms}. Not its logo, which is large and says nothing.';

create function private.is_delivery_fee(fee jsonb) returns boolean
language sql immutable parallel safe set search_path = ''
as $$
  select fee is null or fee = 'null' or (
    pg_catalog.jsonb_typeof(fee) = 'object'
    and pg_catalog.jsonb_typeof(fee -> 'amount') is not distinct from 'number'
    and case when pg_catalog.jsonb_typeof(fee -> 'amount') = 'number' then (fee ->> 'amount')::numeric between 0 and 999999999.99 and (fee ->> 'amount')::numeric = round((fee ->> 'amount')::numeric, 2) end
    and (fee ->> 'tax_id' is null or pg_catalog.pg_input_is_valid(fee ->> 'tax_id', 'uuid'))
    and coalesce(pg_catalog.jsonb_typeof(fee -> 'includes_tax'), 'null') in ('boolean', 'null'))
$$;
comment on function private.is_delivery_fee(jsonb) is 'Whether a value can be the rule orders.delivery_fee: {amount, tax_id?, includes_tax?}.';

create function private.is_interest(interest jsonb) returns boolean
language sql immutable parallel safe set search_path = ''
as $$
  select interest is null or interest = 'null' or (
    pg_catalog.jsonb_typeof(interest) = 'object'
    and case when pg_catalog.jsonb_typeof(interest -> 'percent') = 'number' then (interest ->> 'percent')::numeric > 0 and (interest ->> 'percent')::numeric <= 100 else false end
    and coalesce(interest ->> 'per' in ('month', 'year'), false)
    and coalesce(interest ->> 'from', '') ~ '^20[0-9]{2}-(0[1-9]|1[0-2])-01$'
    and coalesce(interest ->> 'grace_days', '0') ~ '^([0-9]|[1-9][0-9]|[12][0-9][0-9]|3[0-5][0-9]|36[0-5])$'
    and case coalesce(pg_catalog.jsonb_typeof(interest -> 'minimum'), 'null') when 'null' then true when 'number' then (interest ->> 'minimum')::numeric between 0 and 999999999.99 else false end)
$$;
comment on function private.is_interest(jsonb) is 'Whether a value can be the rule invoices.interest: {percent, per, from, grace_days?, minimum?}.';

create function private.tg_tenant_settings__check_rules() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  problem text;
begin
  if not exists (select from pg_catalog.pg_timezone_names z where z.name = new.timezone) then
    perform private.fail('input_invalid', pg_catalog.jsonb_build_object('timezone', 'unknown'));
  end if;
  problem := private.json_logic_problem(new.business_rules -> 'orders.auto_approve');
  if problem is not null then
    perform private.fail(problem, '{"business_rules.orders.auto_approve": "not valid"}');
  end if;
  problem := case
    when not coalesce(new.business_rules ->> 'credit.review_months', '12') ~ '^([1-9]|[1-5][0-9]|60)$' then 'credit.review_months'
    when pg_catalog.jsonb_typeof(new.business_rules -> 'orders.approval_limits') not in ('object', 'null') then 'orders.approval_limits'
    when exists (
      select from pg_catalog.jsonb_each(nullif(new.business_rules -> 'orders.approval_limits', 'null')) l
      where not pg_catalog.pg_input_is_valid(l.key, 'public.member_role') or pg_catalog.jsonb_typeof(l.value) <> 'number' or l.value < '0'
    ) then 'orders.approval_limits'
    when pg_catalog.jsonb_typeof(new.business_rules -> 'orders.amend_tolerance_percent') not in ('number', 'null')
      or not new.business_rules -> 'orders.amend_tolerance_percent' between '0' and '1000' then 'orders.amend_tolerance_percent'
    when not private.is_interest(new.business_rules -> 'invoices.interest') then 'invoices.interest'
    when not private.is_delivery_fee(new.business_rules -> 'orders.delivery_fee') then 'orders.delivery_fee'
    when pg_catalog.jsonb_typeof(new.business_rules -> 'orders.duplicate_hours') not in ('number', 'null')
      or not new.business_rules -> 'orders.duplicate_hours' between '0' and '720' then 'orders.duplicate_hours'
    when pg_catalog.jsonb_typeof(new.business_rules -> 'invoices.reminder_days') not in ('array', 'null') then 'invoices.reminder_days'
    when pg_catalog.jsonb_array_length(nullif(new.business_rules -> 'invoices.reminder_days', 'null')) > 10 then 'invoices.reminder_days'
    when exists (
      select from pg_catalog.jsonb_array_elements(nullif(new.business_rules -> 'invoices.reminder_days', 'null')) d
      where d::text !~ '^([1-9]|[1-9][0-9]|[12][0-9][0-9]|3[0-5][0-9]|36[0-5])$'
    ) then 'invoices.reminder_days'
    when not new.business_rules -> 'orders.standing' in ('"draft"', '"submit"', 'null') then 'orders.standing'
    when not new.business_rules -> 'prices.drafts' in ('"keep"', '"refresh"', 'null') then 'prices.drafts'
    when pg_catalog.jsonb_typeof(new.business_rules -> 'orders.auto_allocate') not in ('boolean', 'null') then 'orders.auto_allocate'
    when not coalesce(new.business_rules ->> 'positions.kept_days', '30') ~ '^([1-9]|[1-9][0-9]|[12][0-9][0-9]|3[0-5][0-9]|36[0-5])$' then 'positions.kept_days'
    when not coalesce(new.business_rules ->> 'trips.near_metres', '500') ~ '^([5-9][0-9]|[1-9][0-9][0-9]|[1-4][0-9][0-9][0-9]|5000)$' then 'trips.near_metres'
    when pg_catalog.jsonb_typeof(new.business_rules -> 'trips.counts_show_expected') not in ('boolean', 'null') then 'trips.counts_show_expected'
    when pg_catalog.jsonb_typeof(new.business_rules -> 'trips.vehicle_check') not in ('boolean', 'null') then 'trips.vehicle_check'
  end;
  if problem is not null then
    perform private.fail('input_invalid', pg_catalog.jsonb_build_object('business_rules.' || problem, 'not a value that this rule can have'));
  end if;
  return new;
end
$$;
comment on function private.tg_tenant_settings__check_rules() is
  'Refuses unknown time zones and rules that could not be followed later: limits are {role: amount}, the tolerance is 0 to 1000 percent.';
create trigger _150_check_rules before insert or update of timezone, business_rules on public.tenant_settings
for each row execute function private.tg_tenant_settings__check_rules();
