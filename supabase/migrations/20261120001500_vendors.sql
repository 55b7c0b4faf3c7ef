-- Family 15, operations: vendors, from whom the company buys.

create type public.vendor_status as enum ('active', 'blocked');

create table public.vendors (
  like private.record including defaults including indexes,
  number text not null,
  name text not null,
  status public.vendor_status not null default 'active',
  tax_id text,
  phone text,
  email text,
  address text,
  payment_terms_days integer not null default 30,
  over_receipt_percent numeric(5,2) not null default 0,
  notes text,
  blocked_reason text,
  foreign key (tenant_id) references public.tenants (id),
  unique (tenant_id, number),
  unique (tenant_id, name),
  constraint name_is_short check (length(name) between 1 and 120 and name = btrim(name)),
  constraint tax_id_is_short check (length(tax_id) <= 40),
  constraint phone_is_e164 check (phone ~ '^\+[1-9][0-9]{6,14}$'),
  constraint email_is_an_address check (email ~ '^[^@\s]+@[^@\s]+$' and length(email) <= 254),
  constraint address_is_bounded check (length(address) <= 300),
  constraint payment_terms_are_bounded check (payment_terms_days between 0 and 365),
  constraint over_receipt_is_bounded check (over_receipt_percent between 0 and 50),
  constraint notes_are_bounded check (length(notes) <= 4000),
  constraint blocked_reason_matches_status check ((status = 'blocked') = (blocked_reason is not null))
);
create index vendors_search on public.vendors using gin ((name || ' ' || number || ' ' || coalesce(phone, '')) extensions.gin_trgm_ops);
create index vendors_recent on public.vendors (tenant_id, created_at desc, id desc);
comment on table public.vendors is 'From whom the company buys. From one who is blocked nothing is ordered; what was ordered before still comes.';
comment on column public.vendors.payment_terms_days is 'Days from the invoice of the vendor to its due date.';
comment on column public.vendors.over_receipt_percent is 'How much more than ordered is taken in of each line, in percent.';
comment on column public.vendors.blocked_reason is 'Why nothing is ordered from him.';
select private.register_error('vendor_name_taken', 409, 'There is a vendor of this name already.', 'Choose another name, or use that one.');
select private.register_error('over_receipt_is_bounded', 422, 'So much more than ordered is not taken in.', 'Enter a percentage from 0 to 50.');
select private.register_document('public.vendors', 'vendor', 'active', 'vendors.view', '/vendors', prefix => 'VEN');
select private.refuse_taken('public.vendors', 'vendors_tenant_id_name_key', 'vendor_name_taken');
select private.normalise_phones('public.vendors');
insert into private.transitions (machine, from_state, command, to_state, permission, separate_from, event) values
  ('vendor', 'active', 'block', 'blocked', 'vendors.manage', null, 'vendor.blocked'),
  ('vendor', 'blocked', 'release', 'active', 'vendors.manage', null, 'vendor.released');

create function private.vendors_meant(typed text) returns uuid[]
language plpgsql stable security definer set search_path = ''
as $$
declare
  tenant constant uuid := private.tenant_id('vendors.view');
  wanted constant text[] := private.patterns_meant(typed);
begin
  if tenant is null or wanted = '{}' then
    return '{}';
  end if;
  return array(
    select v.id from public.vendors v
    where v.tenant_id = tenant and (v.name || ' ' || v.number || ' ' || coalesce(v.phone, '')) ilike any (wanted)
    order by v.name, v.id limit 100
  );
end
$$;
comment on function private.vendors_meant(text) is 'Vendors that may be meant by what was typed: a part of their name, number or telephone number.';
select private.find_by('vendor', 'id', 'private.vendors_meant(typed)');

create function private.move_vendor(vendor uuid, command text, reason text, expected_version integer) returns public.vendors
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('vendors.view');
  target public.vendors;
  next_state text;
begin
  select * into target from public.vendors v where v.tenant_id = tenant and v.id = vendor for no key update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('vendor_id', vendor));
  end if;
  perform private.check_version(expected_version, target.version);
  next_state := private.next_state('vendor', target.id, target.status::text, command);
  if command = 'block' and coalesce(pg_catalog.btrim(reason), '') = '' then
    perform private.fail('reason_required', '{"reason": "required"}');
  end if;
  update public.vendors v set status = next_state::public.vendor_status, blocked_reason = case when command = 'block' then private.require_text('reason', reason) end
  where v.tenant_id = target.tenant_id and v.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.move_vendor(uuid, text, text, integer) is 'Blocks or releases a vendor; the body of the two commands below.';

create function private.block_vendor(vendor_id uuid, reason text, expected_version integer default null) returns public.vendors
language sql security definer set search_path = ''
as $$ select private.move_vendor(vendor_id, 'block', reason, expected_version) $$;
comment on function private.block_vendor(uuid, text, integer) is 'Nothing is ordered from a vendor any more, for a reason; what was ordered still comes. Raises reason_required, vendor_transition_illegal, record_not_found.';
select private.expose_command('block_vendor');

create function private.release_vendor(vendor_id uuid, expected_version integer default null) returns public.vendors
language sql security definer set search_path = ''
as $$ select private.move_vendor(vendor_id, 'release', null, expected_version) $$;
comment on function private.release_vendor(uuid, integer) is 'Lets people order from a blocked vendor again. Raises vendor_transition_illegal, record_not_found.';
select private.expose_command('release_vendor');

select private.register_registry_source('people_directory', 'vendors', 'public.vendors', $$
  select v.tenant_id, v.id as source_id, 'vendor' as entity_type, v.id as entity_id, 'vendor' as person_type, v.name as display_name, v.name as company_name,
    pg_catalog.lower(v.email) as email, v.phone, false as is_internal, v.created_at
  from public.vendors v $$);
select private.register_registry_source('location_registry', 'vendors', 'public.vendors', $$
  select v.tenant_id, v.id as source_id, 'vendor' as entity_type, v.id as entity_id, 'vendor' as location_type, v.name, v.address as address_line_1,
    v.phone as contact_phone, v.email as contact_email, v.status = 'active' as is_active, v.created_at
  from public.vendors v where v.address is not null $$);
select private.track_status('vendor');
