-- Family 15, operations: what is agreed with customers and vendors, for how long, and until when it can be called off (docs/decisions/0071).

create table public.contract_kinds (
  like private.name_list including defaults including constraints including indexes,
  is_exclusive boolean not null default false,
  foreign key (tenant_id) references public.tenants (id),
  unique (tenant_id, id, is_exclusive)
);
comment on table public.contract_kinds is 'What contracts are about, in the words of the company.';
comment on column public.contract_kinds.is_exclusive is 'No two contracts of this kind with the same party are active at a time; said once, when the kind is entered.';
select private.keep_names('public.contract_kinds', 'contract_kind', 'contracts.view', 'kind', array['Supply', 'Service', 'Rent', 'Equipment', 'Other']);

create type public.contract_status as enum ('draft', 'active', 'ended', 'terminated', 'cancelled');
create type public.contract_period as enum ('once', 'month', 'quarter', 'year');

create table public.contracts (
  like private.record including defaults including indexes,
  number text not null,
  status public.contract_status not null default 'draft',
  title text not null,
  kind_id uuid not null,
  is_exclusive boolean not null,
  customer_id uuid,
  vendor_id uuid,
  owner_id uuid not null,
  starts_on date not null,
  ends_on date,
  notice_days integer not null default 0,
  renews_months integer,
  value numeric(14,2),
  value_per public.contract_period,
  currency text not null,
  notes text,
  signed_on date,
  signed_by text,
  signed_paper_id uuid,
  notice_on date,
  status_reason text,
  party uuid not null generated always as (coalesce(customer_id, vendor_id)) stored,
  notice_until date generated always as (case when status in ('draft', 'active') and notice_on is null and renews_months is not null then ends_on - notice_days end) stored,
  is_active boolean not null generated always as (status = 'active') stored,
  foreign key (tenant_id) references public.tenants (id),
  foreign key (tenant_id, kind_id, is_exclusive) references public.contract_kinds (tenant_id, id, is_exclusive),
  foreign key (tenant_id, customer_id) references public.customers (tenant_id, id),
  foreign key (tenant_id, vendor_id) references public.vendors (tenant_id, id),
  foreign key (tenant_id, owner_id) references public.memberships (tenant_id, user_id),
  foreign key (tenant_id, signed_paper_id) references public.attachments (tenant_id, id),
  unique (tenant_id, number),
  constraint contract_title_is_short check (btrim(title) <> '' and length(title) <= 120),
  constraint contract_is_with_one_party check (num_nonnulls(customer_id, vendor_id) = 1),
  constraint contract_begins_near check (starts_on between '2000-01-01' and '2099-12-31'),
  constraint contract_ends_after_it_begins check (ends_on between starts_on and '2199-12-31'),
  constraint contract_notice_is_bounded check (notice_days between 0 and 1000),
  constraint contract_renewal_is_bounded check (renews_months between 1 and 120),
  constraint what_renews_ends check (renews_months is null or ends_on is not null),
  constraint contract_value_is_bounded check (value between 0 and 999999999999.99),
  constraint contract_value_has_its_period check ((value is null) = (value_per is null)),
  constraint currency_is_an_iso_code check (currency ~ '^[A-Z]{3}$'),
  constraint notes_are_bounded check (length(notes) <= 4000),
  constraint signer_is_short check (btrim(signed_by) <> '' and length(signed_by) <= 120),
  constraint signature_is_recorded check (num_nonnulls(signed_on, signed_by, signed_paper_id) = case when status in ('draft', 'cancelled') then 0 else 3 end),
  constraint notice_is_of_what_was_signed check (notice_on is null or signed_on is not null and ends_on is not null),
  constraint what_is_over_ended check (status not in ('ended', 'terminated') or ends_on is not null),
  constraint status_reason_matches_status check ((status in ('terminated', 'cancelled')) = (status_reason is not null)),
  -- What renews itself has no end until somebody gives notice, so no renewal meets another contract.
  constraint one_exclusive_contract_at_a_time exclude using gist (
    tenant_id with =, kind_id with =, party with =,
    daterange(starts_on, case when renews_months is not null and notice_on is null then null else ends_on end, '[]') with &&
  ) where (is_exclusive and is_active)
);
create index contracts_kind on public.contracts (tenant_id, kind_id, is_exclusive);
create index contracts_customer on public.contracts (tenant_id, customer_id) where customer_id is not null;
create index contracts_vendor on public.contracts (tenant_id, vendor_id) where vendor_id is not null;
create index contracts_owner on public.contracts (tenant_id, owner_id);
create index contracts_paper on public.contracts (tenant_id, signed_paper_id) where signed_paper_id is not null;
create index contracts_ending on public.contracts (ends_on) where is_active;
create index contracts_due on public.contracts (coalesce(notice_until, ends_on)) where is_active;
create index contracts_ends on public.contracts (tenant_id, ends_on, id);
create index contracts_recent on public.contracts (tenant_id, created_at desc, id desc);
comment on table public.contracts is
  'What is agreed with a customer or a vendor. It is active once its signed paper is filed with it, and ends by itself on its last day, or is renewed. Seen by its owner and his line (private.my_line), and by who sees all.';
comment on column public.contracts.is_exclusive is 'Of its kind: no two of the same party are active at a time.';
comment on column public.contracts.owner_id is 'Account of whoever looks after it and is reminded of it.';
comment on column public.contracts.ends_on is 'Its last day, in the company''s time zone; null: it runs until notice is given.';
comment on column public.contracts.notice_days is 'Days between the notice and the last day.';
comment on column public.contracts.renews_months is 'Months by which it is renewed at its end unless notice was given in time; null: it is not.';
comment on column public.contracts.value is 'What it is worth with taxes, per value_per.';
comment on column public.contracts.signed_by is 'Who signed for the other side.';
comment on column public.contracts.signed_paper_id is 'The signed paper, among the files of the contract; it stays there.';
comment on column public.contracts.notice_on is 'Day on which one side gave notice: it is not renewed any more.';
comment on column public.contracts.party is 'The customer or vendor that it is with.';
comment on column public.contracts.notice_until is 'The last day on which notice keeps it from being renewed; null: it does not renew itself.';
comment on column public.contracts.is_active is 'Whether it holds: signed, and neither over nor terminated.';

select private.register_error('contract_title_is_short', 422, 'What the contract is about is missing or too long.', 'Say it in at most 120 characters.');
select private.register_error('contract_is_with_one_party', 422, 'A contract is with one customer or one vendor.', 'Choose either of them.');
select private.register_error('contract_begins_near', 422, 'No contract begins on this day.', 'Enter a day between 2000 and 2099.');
select private.register_error('contract_ends_after_it_begins', 422, 'The contract ends before it begins.', 'Enter a later last day, or none if it runs until notice is given.');
select private.register_error('contract_notice_is_bounded', 422, 'This number of days of notice is not possible.', 'Enter 0 to 1000 days.');
select private.register_error('contract_renewal_is_bounded', 422, 'A contract is not renewed by so many months.', 'Enter 1 to 120 months, or leave it empty.');
select private.register_error('what_renews_ends', 422, 'Only a contract with a last day can be renewed.', 'Enter its last day, or let it not be renewed.');
select private.register_error('contract_value_is_bounded', 422, 'This is no value of a contract.', 'Enter an amount from 0, with two decimals at most.');
select private.register_error('contract_value_has_its_period', 422, 'The value of a contract is per month, quarter or year, or once.', 'Enter both, or neither.');
select private.register_error('contract_overlaps', 409, 'Another contract of this kind with the same party is active then.', 'Let that one end first, or choose other days.');
select private.register_error('contract_needs_paper', 422, 'The signed paper is not among the files of this contract.', 'Add it to the contract, then choose it.');
select private.register_error('contract_keeps_paper', 409, 'This file is the signed paper of a contract.', 'It stays with the contract.');
select private.register_error('contract_day_is_not_past', 422, 'Nothing was signed on this day, and no notice was given on it.', 'Enter a day since 2000 that is not after today.');
select private.register_error('contract_notice_too_late', 409, 'The last day for notice has passed.', 'It is renewed once more; give notice in its next term, or terminate it with a reason.');
select private.register_error('contract_notice_given', 409, 'Notice was given already.', 'The contract says when it ends.');
select private.register_error('contract_just_ends', 409, 'This contract is not renewed: it ends by itself.', 'Wait for its last day, or terminate it with a reason.');
select private.register_error('notice_is_of_what_was_signed', 422, 'Notice is of a contract that was signed and now ends.', 'Have it signed first.');
select private.register_error('what_is_over_ended', 422, 'A contract that is over has a last day.', 'Enter its last day.');
select private.register_document('public.contracts', 'contract', 'draft', 'contracts.view', '/contracts', prefix => 'CON');
select private.refuse_taken('public.contracts', 'one_exclusive_contract_at_a_time', 'contract_overlaps');
insert into private.transitions (machine, from_state, command, to_state, permission, event) values
  ('contract', 'draft', 'activate', 'active', 'contracts.sign', 'contract.activated'),
  ('contract', 'draft', 'cancel', 'cancelled', 'contracts.edit', 'contract.cancelled'),
  ('contract', 'active', 'terminate', 'terminated', 'contracts.sign', 'contract.terminated'),
  ('contract', 'active', 'end', 'ended', 'contracts.sign', 'contract.ended');
insert into private.waiting_states (machine, state, permission) values ('contract', 'draft', 'contracts.sign');
insert into private.in_place_commands (machine, command, state, permission) values
  ('contract', 'change', 'draft', 'contracts.edit'), ('contract', 'assign', 'draft', 'contracts.edit'), ('contract', 'assign', 'active', 'contracts.edit'),
  ('contract', 'give_notice', 'active', 'contracts.sign');
select private.find_by('contract', 'vendor_id', 'private.vendors_meant(typed)');

-- The clock ends it; nobody is offered to.
select private.offer_if('contract', 'false', 'end');

create table public.contract_terms (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  contract_id uuid not null,
  starts_on date not null,
  ends_on date,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, contract_id) references public.contracts (tenant_id, id),
  constraint contract_term_begins_once unique (tenant_id, contract_id, starts_on),
  constraint contract_term_is_ordered check (ends_on >= starts_on)
);
comment on table public.contract_terms is 'For how long a contract was agreed and renewed: the first term, and one for each renewal, of which none begins twice; append-only.';
comment on column public.contract_terms.ends_on is 'Its last day; null: until notice is given.';
select private.protect_ledger('public.contract_terms');

create function private.tg_attachments__keep_signed_paper() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- Whoever activates holds the file by its foreign key: this waits for him, and then sees the contract.
  if exists (select from public.contracts c where c.tenant_id = old.tenant_id and c.signed_paper_id = old.id) then
    perform private.fail('contract_keeps_paper', pg_catalog.jsonb_build_object('attachment_id', old.id));
  end if;
  return old;
end
$$;
comment on function private.tg_attachments__keep_signed_paper() is 'The signed paper of a contract stays among its files. Raises contract_keeps_paper.';
create trigger _300_keep_signed_paper before delete on public.attachments for each row execute function private.tg_attachments__keep_signed_paper();

------------------------------------------------------------------------------------------------
-- Commands
------------------------------------------------------------------------------------------------

create function private.check_contract(tenant uuid, kind_id uuid, customer_id uuid, vendor_id uuid, value numeric) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  kind public.contract_kinds;
begin
  if customer_id is not null then
    perform private.customer_served(tenant, customer_id);
  end if;
  if vendor_id is not null and not (private.has_permission(tenant, 'vendors.view') and exists (select from public.vendors v where v.tenant_id = tenant and v.id = vendor_id)) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('vendor_id', vendor_id));
  end if;
  perform private.require_choice('kind_id', kind_id::text);
  select * into kind from public.contract_kinds k where k.tenant_id = tenant and k.id = kind_id;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('kind_id', kind_id));
  end if;
  if value is not null then
    perform private.require_number('value', value, 0, 999999999999.99);
  end if;
  return kind.is_exclusive;
end
$$;
comment on function private.check_contract(uuid, uuid, uuid, uuid, numeric) is 'Whether the kind is exclusive. Raises record_not_found for a party or kind that the caller does not see, input_invalid.';

create function private.create_contract(
  title text, kind_id uuid, starts_on date, customer_id uuid default null, vendor_id uuid default null, ends_on date default null, notice_days integer default 0,
  renews_months integer default null, value numeric default null, value_per public.contract_period default null, owner_id uuid default null, notes text default null
) returns public.contracts
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('contracts.edit');
  exclusive constant boolean := private.check_contract(tenant, kind_id, customer_id, vendor_id, value);
  made public.contracts;
begin
  perform private.check_owner(tenant, owner_id);
  insert into public.contracts (tenant_id, title, kind_id, is_exclusive, customer_id, vendor_id, owner_id, starts_on, ends_on, notice_days, renews_months, value, value_per, currency, notes)
  select tenant, coalesce(pg_catalog.btrim(title), ''), kind_id, exclusive, customer_id, vendor_id, coalesce(owner_id, auth.uid()), starts_on, ends_on, coalesce(notice_days, 0), renews_months,
    value, value_per, s.currency, private.check_text('notes', nullif(pg_catalog.btrim(notes), ''), 4000)
  from public.tenant_settings s where s.tenant_id = tenant
  returning * into made;
  return made;
end
$$;
comment on function private.create_contract(text, uuid, date, uuid, uuid, date, integer, integer, numeric, public.contract_period, uuid, text) is
  'Enters a contract with a customer or a vendor, as a draft; its owner (account) is the caller unless another is named. Without ends_on it runs until notice is given; renews_months: by how many months it is renewed at its end. Raises contract_title_is_short, contract_is_with_one_party, contract_begins_near, contract_ends_after_it_begins, contract_notice_is_bounded, contract_renewal_is_bounded, what_renews_ends, contract_value_has_its_period, person_not_in_company, record_not_found, input_invalid, permission_denied.';
select private.expose_command('create_contract');

create function private.lock_contract(contract uuid, permission text, expected_version integer) returns public.contracts
language plpgsql security definer set search_path = ''
as $$
declare
  tenant constant uuid := private.require_permission(permission);
  locked public.contracts;
begin
  select * into locked from public.contracts c
  where c.tenant_id = tenant and c.id = contract and private.has_permission(tenant, 'contracts.view')
    and (c.owner_id = any (private.my_line()) or private.has_permission(tenant, 'contracts.view_all'))
  for no key update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('contract_id', contract));
  end if;
  perform private.check_version(expected_version, locked.version);
  return locked;
end
$$;
comment on function private.lock_contract(uuid, text, integer) is 'A contract that the caller sees, under its lock. Raises record_not_found, version_conflict, permission_denied.';

create function private.require_contract_in_place(contract public.contracts, command text) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if not private.takes_in_place('contract', contract.tenant_id, contract.status::text, command) then
    perform private.fail('contract_transition_illegal', pg_catalog.jsonb_build_object('id', contract.id, 'from', contract.status, 'command', command));
  end if;
end
$$;
comment on function private.require_contract_in_place(public.contracts, text) is 'Raises contract_transition_illegal unless the contract takes this command as it is.';

create function private.change_contract(
  contract_id uuid, title text, kind_id uuid, starts_on date, customer_id uuid default null, vendor_id uuid default null, ends_on date default null, notice_days integer default 0,
  renews_months integer default null, value numeric default null, value_per public.contract_period default null, notes text default null, expected_version integer default null
) returns public.contracts
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.contracts := private.lock_contract(contract_id, 'contracts.edit', expected_version);
  exclusive boolean;
begin
  perform private.require_contract_in_place(target, 'change');
  exclusive := private.check_contract(target.tenant_id, kind_id, nullif(customer_id, target.customer_id), nullif(vendor_id, target.vendor_id), value);
  update public.contracts c
  set title = coalesce(pg_catalog.btrim(title), ''), kind_id = kind_id, is_exclusive = exclusive, customer_id = customer_id, vendor_id = vendor_id, starts_on = starts_on, ends_on = ends_on,
    notice_days = coalesce(notice_days, 0), renews_months = renews_months, value = value, value_per = value_per,
    notes = private.check_text('notes', nullif(pg_catalog.btrim(notes), ''), 4000)
  where c.tenant_id = target.tenant_id and c.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.change_contract(uuid, text, uuid, date, uuid, uuid, date, integer, integer, numeric, public.contract_period, text, integer) is
  'Writes a draft anew; what is signed is not changed any more. Raises contract_transition_illegal, version_conflict and the errors of create_contract.';
select private.expose_command('change_contract');

create function private.assign_contract(contract_id uuid, owner_id uuid, expected_version integer default null) returns public.contracts
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.contracts := private.lock_contract(contract_id, 'contracts.edit', expected_version);
begin
  perform private.require_contract_in_place(target, 'assign');
  perform private.require_choice('owner_id', owner_id::text);
  perform private.check_owner(target.tenant_id, owner_id);
  update public.contracts c set owner_id = owner_id where c.tenant_id = target.tenant_id and c.id = target.id returning * into target;
  return target;
end
$$;
comment on function private.assign_contract(uuid, uuid, integer) is
  'Has somebody else (account) look after a contract. Raises person_not_in_company, contract_transition_illegal, record_not_found, version_conflict, input_invalid, permission_denied.';
select private.expose_command('assign_contract');

create function private.check_contract_day(tenant uuid, field text, day date) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if (day between '2000-01-01' and private.tenant_today(tenant)) is not true then
    perform private.fail('contract_day_is_not_past', pg_catalog.jsonb_build_object(field, day));
  end if;
end
$$;
comment on function private.check_contract_day(uuid, text, date) is 'Raises contract_day_is_not_past.';

create function private.activate_contract(contract_id uuid, attachment_id uuid, signed_by text, signed_on date default null, expected_version integer default null) returns public.contracts
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.contracts := private.lock_contract(contract_id, 'contracts.sign', expected_version);
  next_status constant public.contract_status := private.next_state('contract', target.id, target.status::text, 'activate');
  day constant date := coalesce(signed_on, private.tenant_today(target.tenant_id));
  paper public.attachments;
begin
  -- Whoever takes the file off waits for the contract, or this finds it gone.
  select * into paper from public.attachments a where a.tenant_id = target.tenant_id and a.id = attachment_id for key share;
  if not found and attachment_id is not null then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('attachment_id', attachment_id));
  end if;
  if paper.document_id is distinct from target.id or paper.document_kind <> 'contract' then
    perform private.fail('contract_needs_paper', pg_catalog.jsonb_build_object('attachment_id', attachment_id));
  end if;
  perform private.check_contract_day(target.tenant_id, 'signed_on', day);
  update public.contracts c
  set status = next_status, signed_on = day, signed_by = private.require_text('signed_by', signed_by, 120), signed_paper_id = paper.id
  where c.tenant_id = target.tenant_id and c.id = target.id
  returning * into target;
  insert into public.contract_terms (tenant_id, contract_id, starts_on, ends_on) values (target.tenant_id, target.id, target.starts_on, target.ends_on);
  return target;
end
$$;
comment on function private.activate_contract(uuid, uuid, text, date, integer) is
  'Says that a contract was signed, by whom for the other side and when (without a day: today); attachment_id: the signed paper, among its files. Raises contract_needs_paper, contract_day_is_not_past, contract_overlaps, contract_transition_illegal, record_not_found, version_conflict, input_invalid, permission_denied.';
select private.expose_command('activate_contract');

create function private.give_notice_contract(contract_id uuid, notice_on date default null, expected_version integer default null) returns public.contracts
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.contracts := private.lock_contract(contract_id, 'contracts.sign', expected_version);
  day constant date := coalesce(notice_on, private.tenant_today(target.tenant_id));
begin
  perform private.require_contract_in_place(target, 'give_notice');
  perform private.check_contract_day(target.tenant_id, 'notice_on', day);
  if target.notice_on is not null then
    perform private.fail('contract_notice_given', pg_catalog.jsonb_build_object('notice_on', target.notice_on, 'ends_on', target.ends_on));
  elsif target.ends_on is not null and target.renews_months is null then
    perform private.fail('contract_just_ends', pg_catalog.jsonb_build_object('ends_on', target.ends_on));
  elsif day > target.notice_until then
    perform private.fail('contract_notice_too_late', pg_catalog.jsonb_build_object('notice_until', target.notice_until));
  end if;
  update public.contracts c set notice_on = day, ends_on = coalesce(c.ends_on, greatest(day, c.starts_on) + c.notice_days)
  where c.tenant_id = target.tenant_id and c.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.give_notice_contract(uuid, date, integer) is
  'One side gives notice (without a day: today): the contract is not renewed, and one that runs until notice is given ends so many days later. Raises contract_notice_too_late, contract_notice_given, contract_just_ends, contract_day_is_not_past, contract_transition_illegal, record_not_found, version_conflict, permission_denied.';
select private.expose_command('give_notice_contract');
-- What just ends needs no notice, nor does what was given notice; after the last day for it there is none until the next term.
select private.offer_if('contract', 'contracts.notice_on is null and (contracts.ends_on is null or contracts.notice_until >= private.tenant_today(contracts.tenant_id))', 'give_notice');

create function private.terminate_contract(contract_id uuid, reason text, expected_version integer default null) returns public.contracts
language plpgsql security definer set search_path = ''
as $$
declare
  target public.contracts := private.lock_contract(contract_id, 'contracts.sign', expected_version);
  next_status constant public.contract_status := private.next_state('contract', target.id, target.status::text, 'terminate');
begin
  update public.contracts c
  set status = next_status, status_reason = private.require_reason(reason),
    ends_on = least(c.ends_on, greatest(c.starts_on, private.tenant_today(c.tenant_id)))
  where c.tenant_id = target.tenant_id and c.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.terminate_contract(uuid, text, integer) is 'Ends a contract at once, before its time, with a reason. Raises reason_required, contract_transition_illegal, record_not_found, version_conflict, input_invalid, permission_denied.';
select private.expose_command('terminate_contract');

create function private.cancel_contract(contract_id uuid, reason text, expected_version integer default null) returns public.contracts
language plpgsql security definer set search_path = ''
as $$
declare
  target public.contracts := private.lock_contract(contract_id, 'contracts.edit', expected_version);
  next_status constant public.contract_status := private.next_state('contract', target.id, target.status::text, 'cancel');
begin
  update public.contracts c set status = next_status, status_reason = private.require_reason(reason) where c.tenant_id = target.tenant_id and c.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.cancel_contract(uuid, text, integer) is 'Calls a draft off, with a reason. Raises reason_required, contract_transition_illegal, record_not_found, version_conflict, input_invalid, permission_denied.';
select private.expose_command('cancel_contract');

------------------------------------------------------------------------------------------------
-- By themselves
------------------------------------------------------------------------------------------------

create function private.end_contracts() returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  earlier text;
  moved bigint;
begin
  earlier := private.run_as_rule('contracts.end');
  with due as (
    select c.tenant_id, c.id, c.ends_on as last_day from public.contracts c
    -- Nowhere on earth is it later than this; the company's own day decides.
    where c.is_active and c.ends_on < current_date + 1 and c.ends_on < private.tenant_today(c.tenant_id)
    order by c.ends_on, c.id limit 500 for no key update skip locked
  ), renewed as (
    update public.contracts c set ends_on = ((c.ends_on + 1 + pg_catalog.make_interval(months => c.renews_months))::date - 1)
    from due d where c.tenant_id = d.tenant_id and c.id = d.id and c.notice_until is not null
    returning c.tenant_id, c.id, d.last_day, c.ends_on
  ), noted as (
    insert into public.contract_terms (tenant_id, contract_id, starts_on, ends_on)
    select r.tenant_id, r.id, r.last_day + 1, r.ends_on from renewed r
    returning 1
  ), ended as (
    update public.contracts c set status = 'ended'
    from due d where c.tenant_id = d.tenant_id and c.id = d.id and c.notice_until is null
    returning 1
  )
  select (select count(*) from noted) + (select count(*) from ended) into moved;
  perform private.run_as_rule(earlier);
  return moved;
end
$$;
comment on function private.end_contracts() is
  'Maintenance: after their last day contracts are renewed by another term, or ended, in the time of their company. One that was entered late is renewed a term at a time.';
select private.maintain('end_contracts', 'contracts_ended');

insert into public.message_texts (event, channel, language, subject, body) values
  ('contract.notice_due', 'email', 'en', '{company}: contract {number} is renewed unless you give notice', 'Contract {number} with {customer} is renewed by itself. Notice can be given until {date}. Sign in to read it. {company}'),
  ('contract.notice_due', 'email', 'sw', '{company}: mkataba {number} utaongezwa usipotoa notisi', 'Mkataba {number} na {customer} huongezwa wenyewe. Notisi inaweza kutolewa hadi {date}. Ingia ili uusome. {company}'),
  ('contract.ending', 'email', 'en', '{company}: contract {number} ends', 'Contract {number} with {customer} ends on {date}. Sign in to read it. {company}'),
  ('contract.ending', 'email', 'sw', '{company}: mkataba {number} unaisha', 'Mkataba {number} na {customer} unaisha tarehe {date}. Ingia ili uusome. {company}');

create function private.send_contract_reminders() returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  due record;
  sent bigint := 0;
begin
  for due in
    select c.tenant_id, c.id, c.number, d.day, d.event, coalesce(b.name, v.name) as party, u.email, u.language, k.business_key
    from public.contracts c
    join public.tenants t on t.id = c.tenant_id and t.status = 'active'
    join public.memberships m on m.tenant_id = c.tenant_id and m.user_id = c.owner_id and m.status = 'active'
    join public.users u on u.id = c.owner_id and u.status = 'active'
    left join public.customers b on b.tenant_id = c.tenant_id and b.id = c.customer_id
    left join public.vendors v on v.tenant_id = c.tenant_id and v.id = c.vendor_id
    cross join lateral (
      select coalesce(c.notice_until, c.ends_on) as day, case when c.notice_until is null then 'contract.ending' else 'contract.notice_due' end as event
    ) d
    cross join lateral (select d.event || ':' || c.id || ':' || d.day || ':' || u.id as business_key) k
    -- Nowhere on earth is it earlier or later than this; the company's own day decides.
    where c.is_active and coalesce(c.notice_until, c.ends_on) between current_date - 1 and current_date + 31
      and coalesce(c.notice_until, c.ends_on) between private.tenant_today(c.tenant_id) and private.tenant_today(c.tenant_id) + 30
      and not exists (select from public.messages g where g.tenant_id = c.tenant_id and g.business_key = k.business_key)
  loop
    sent := sent + (private.say(due.tenant_id, due.event, 'email', due.email, pg_catalog.jsonb_build_object('number', due.number, 'customer', due.party, 'date', due.day),
      due.business_key, 'contract', due.id, due.language) is not null)::integer;
  end loop;
  return sent;
end
$$;
comment on function private.send_contract_reminders() is
  'Maintenance: 30 days before the last day for notice, or before the end of what is not renewed, whoever looks after a contract is mailed, once per day and person.';
select private.maintain('send_contract_reminders', 'contract_reminders');

------------------------------------------------------------------------------------------------
-- Registries
------------------------------------------------------------------------------------------------

select private.register_registry_source('calendar_events', 'contracts', 'public.contracts', $$
  select c.tenant_id, c.id as source_id, d.suffix, 'contract' as entity_type, c.id as entity_id, d.event_type, c.title,
    private.midnight(d.day) as starts_at, true as is_all_day, c.owner_id as assigned_to, c.status::text as status, 'warn' as color, 'team' as visibility, c.created_at
  from public.contracts c
  cross join lateral (values ('end', 'contract_ends', c.ends_on), ('notice', 'notice_until', c.notice_until)) d (suffix, event_type, day)
  where c.is_active and d.day is not null $$);
select private.register_registry_source('document_registry', 'contracts', 'public.contracts', $$
  select c.tenant_id, c.id as source_id, 'contract' as entity_type, c.id as entity_id, 'contract' as document_type, c.number || ' ' || c.title as title,
    'attachments/' || a.path as file_url, a.content_type as file_type, a.size as file_size, case when c.signed_on is not null then 'signed' else 'draft' end as status,
    private.midnight(c.ends_on + 1) as expires_at, c.created_by as uploaded_by, 'team' as visibility, c.created_at
  from public.contracts c left join public.attachments a on a.tenant_id = c.tenant_id and a.id = c.signed_paper_id
  where c.status <> 'cancelled' $$);
select private.register_registry_source('assignments', 'contracts', 'public.contracts', $$
  select c.tenant_id, c.id as source_id, 'owner' as suffix, 'contract' as entity_type, c.id as entity_id, 'contract' as assignment_type, c.title as entity_name,
    c.owner_id as user_id, 'owner' as role, c.status::text as status, c.status in ('draft', 'active') as is_open,
    private.midnight(coalesce(c.notice_until, c.ends_on) + 1) as end_time, 'team' as visibility, c.created_at
  from public.contracts c $$);
select private.track_status('contract');
