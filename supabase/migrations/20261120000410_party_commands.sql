-- Family 04, parties: the life of a customer.

select private.register_error('reason_required', 422, 'A reason is missing.', 'Write a short reason.');
select private.register_error('customer_without_address', 422, 'The customer has no address yet.', 'Add an address first.');

-- A question that this family asks and a later one answers is declared here, as a house without the later
-- one would answer it; that one replaces it (docs/architecture.md, Families look one way).
create function private.drives_to_customer(driver public.memberships, customer uuid) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return false;
end
$$;
comment on function private.drives_to_customer(public.memberships, uuid) is 'Whether a driver has this customer on one of his trips.';

create function private.sees_customer(customer uuid, territory uuid) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
declare
  me constant public.memberships := private.active_membership();
begin
  return (me.role is distinct from 'customer' or me.customer_id = customer)
    and (me.territory_id is null or me.territory_id = territory)
    and (me.role is distinct from 'driver' or private.drives_to_customer(me, customer));
end
$$;
comment on function private.sees_customer(uuid, uuid) is 'Row scope of customers: members in role customer see their own, drivers those on their trips, limited members those of their territory.';

create function private.tg_customers__guard_credit() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if auth.uid() is not null and not private.has_permission(new.tenant_id, 'customers.approve') then
    perform private.fail('permission_denied', '{"permission": "customers.approve"}');
  end if;
  return new;
end
$$;
comment on function private.tg_customers__guard_credit() is
  'Credit terms and freedom from tax are part of what was approved: once a customer is submitted, changing them needs the right to approve customers.';
create trigger _150_guard_credit before update of credit_limit, payment_terms_days, pays_at_month_end, pays_interest, discount_percent, discount_fixed, discount_days, tax_exemption_reason, tax_exemption_certificate on public.customers for each row
when (old.status <> 'draft' and (old.credit_limit, old.payment_terms_days, old.pays_at_month_end, old.pays_interest, old.discount_percent, old.discount_fixed, old.discount_days, old.tax_exemption_reason, old.tax_exemption_certificate)
  is distinct from (new.credit_limit, new.payment_terms_days, new.pays_at_month_end, new.pays_interest, new.discount_percent, new.discount_fixed, new.discount_days, new.tax_exemption_reason, new.tax_exemption_certificate))
execute function private.tg_customers__guard_credit();

create function private.lock_customer(tenant uuid, customer uuid, expected_version integer) returns public.customers
language plpgsql security definer set search_path = ''
as $$
declare
  target public.customers;
begin
  select * into target from public.customers c
  where c.tenant_id = tenant and c.id = customer and (private.is_unscoped() or private.sees_customer(c.id, c.territory_id))
  for no key update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('customer_id', customer));
  end if;
  perform private.check_version(expected_version, target.version);
  return target;
end
$$;
comment on function private.lock_customer(uuid, uuid, integer) is 'Locks a customer that the caller sees. Raises record_not_found, version_conflict.';

create function private.move_customer(customer uuid, command text, reason text, expected_version integer) returns public.customers
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('customers.view');
  target public.customers;
  next_state text;
begin
  target := private.lock_customer(tenant, customer, expected_version);
  next_state := private.next_state('customer', target.id, target.status::text, command);
  if command in ('reject', 'suspend') and coalesce(pg_catalog.btrim(reason), '') = '' then
    perform private.fail('reason_required', '{"reason": "required"}');
  end if;
  if command = 'submit' and not exists (
    select from public.customer_addresses a where a.tenant_id = tenant and a.customer_id = target.id and a.is_active
  ) then
    perform private.fail('customer_without_address', pg_catalog.jsonb_build_object('customer_id', target.id));
  end if;
  if command <> 'approve' or private.record_approval(tenant, 'customer', target.id, command, target.status::text) then
    update public.customers c set status = next_state::public.customer_status, status_reason = reason
    where c.tenant_id = target.tenant_id and c.id = target.id
    returning * into target;
  end if;
  return target;
end
$$;
comment on function private.move_customer(uuid, text, text, integer) is 'One step in the life of a customer; the body of the six commands below.';

create function private.submit_customer(customer_id uuid, expected_version integer default null) returns public.customers
language sql security definer set search_path = ''
as $$ select private.move_customer(customer_id, 'submit', null, expected_version) $$;
comment on function private.submit_customer(uuid, integer) is 'Asks for approval of a draft customer. Raises customer_transition_illegal, customer_without_address.';
select private.expose_command('submit_customer');

create function private.approve_customer(customer_id uuid, expected_version integer default null) returns public.customers
language sql security definer set search_path = ''
as $$ select private.move_customer(customer_id, 'approve', null, expected_version) $$;
comment on function private.approve_customer(uuid, integer) is 'Makes a submitted customer active; not by who entered it. Raises customer_transition_illegal, separation_of_duties.';
select private.expose_command('approve_customer');

create function private.reject_customer(customer_id uuid, reason text, expected_version integer default null) returns public.customers
language sql security definer set search_path = ''
as $$ select private.move_customer(customer_id, 'reject', reason, expected_version) $$;
comment on function private.reject_customer(uuid, text, integer) is 'Refuses a submitted customer with a reason. Raises reason_required, customer_transition_illegal, separation_of_duties.';
select private.expose_command('reject_customer');

create function private.suspend_customer(customer_id uuid, reason text, expected_version integer default null) returns public.customers
language sql security definer set search_path = ''
as $$ select private.move_customer(customer_id, 'suspend', reason, expected_version) $$;
comment on function private.suspend_customer(uuid, text, integer) is 'Stops a customer for now, with a reason: nothing is ordered, approved, allocated or sent out for him, except orders that somebody releases. Raises reason_required, customer_transition_illegal.';
select private.expose_command('suspend_customer');

create function private.reactivate_customer(customer_id uuid, expected_version integer default null) returns public.customers
language sql security definer set search_path = ''
as $$ select private.move_customer(customer_id, 'reactivate', null, expected_version) $$;
comment on function private.reactivate_customer(uuid, integer) is 'Lets a suspended customer order again. Raises customer_transition_illegal.';
select private.expose_command('reactivate_customer');

create function private.deactivate_customer(customer_id uuid, expected_version integer default null) returns public.customers
language sql security definer set search_path = ''
as $$ select private.move_customer(customer_id, 'deactivate', null, expected_version) $$;
comment on function private.deactivate_customer(uuid, integer) is 'Closes a customer for good, once nothing is open with him. Raises customer_has_open_documents, customer_transition_illegal.';
select private.expose_command('deactivate_customer');

create function private.patterns_meant(typed text) returns text[]
language plpgsql stable security definer set search_path = ''
as $$
declare
  words constant text := pg_catalog.btrim(typed);
  -- Fewer digits are the end of a document's number; as a part of a telephone number they would mean everybody.
  parts constant text[] := case when pg_catalog.length(pg_catalog.regexp_replace(words, '[^0-9]', '', 'g')) >= 6 then private.find_phone(words) else '{}' end;
  wanted constant text[] := array(select '%' || d || '%' from pg_catalog.unnest(parts) d);
begin
  if pg_catalog.length(words) >= 3 and wanted = '{}' and words ~ '[^0-9#]' then
    return array['%' || pg_catalog.regexp_replace(words, '([\\%_])', '\\\1', 'g') || '%'];
  end if;
  return wanted;
end
$$;
comment on function private.patterns_meant(text) is
  'Patterns for ilike: what was typed as a part of a name, a number or a telephone number, in each way it may be written. None for fewer than three characters, and for few digits.';

create function private.customers_meant(typed text) returns uuid[]
language plpgsql stable security definer set search_path = ''
as $$
declare
  tenant constant uuid := private.tenant_id('customers.view');
  wanted constant text[] := private.patterns_meant(typed);
begin
  if tenant is null or wanted = '{}' then
    return '{}';
  end if;
  return array(
    select c.id from public.customers c
    where c.tenant_id = tenant and (c.name || ' ' || c.code || ' ' || coalesce(c.phone, '')) ilike any (wanted)
      and (private.is_unscoped() or private.sees_customer(c.id, c.territory_id))
    order by c.name, c.id limit 100
  ) || array(
    -- Whoever was merged is found under his old name and code, and so is what he had.
    select c.merged_into_id from public.customers c
    where c.tenant_id = tenant and c.merged_into_id is not null and (c.name || ' ' || c.code || ' ' || coalesce(c.phone, '')) ilike any (wanted)
      and (private.is_unscoped() or private.sees_customer(c.merged_into_id, c.territory_id))
    order by c.name, c.id limit 100
  );
end
$$;
comment on function private.customers_meant(text) is
  'Customers of the caller''s whose name, code or telephone number has what was typed, at most a hundred, and those whom they were merged into: three letters or more, or six digits of a telephone number, however it is written.';
select private.find_by('customer', 'id', 'private.customers_meant(typed)');
