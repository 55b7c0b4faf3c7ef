-- Family 15, operations: when people are to be there (shifts) and when they are away (leave), on the timeline of decision 0055.

create table public.shifts (
  like private.record including defaults including indexes,
  person_id uuid not null references public.users (id),
  warehouse_id uuid not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  note text,
  foreign key (tenant_id, person_id) references public.memberships (tenant_id, user_id),
  foreign key (tenant_id, warehouse_id) references public.warehouses (tenant_id, id),
  constraint shift_time_is_near check (starts_at > '2000-01-01' and starts_at < ends_at and ends_at <= starts_at + interval '24 hours' and ends_at < '2100-01-01'),
  constraint shift_note_is_short check (length(note) <= 200)
);
create index shifts_account on public.shifts (person_id);
create index shifts_person on public.shifts (tenant_id, person_id, starts_at);
create index shifts_place on public.shifts (tenant_id, warehouse_id);
create index shifts_time on public.shifts (tenant_id, starts_at);
comment on table public.shifts is
  'When somebody is to be at work, and in which depot. Two shifts of one person do not overlap, nor a shift and his leave (private.person_timeline); trips and appointments lie within shifts.';
comment on column public.shifts.person_id is 'Account of whoever works.';
select private.manage_table('public.shifts', 'work_shift');
select private.set_audience('work_shift', 'shifts.view_all');
select private.register_error('shift_time_is_near', 422, 'This is not a time for a shift.', 'Enter a time between 2000 and 2100, with the end behind the beginning and at most 24 hours.');
select private.register_error('shift_note_is_short', 422, 'The note is too long.', 'Shorten it to 200 characters.');

create function private.tg_shifts__take_time() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op <> 'INSERT' then
    delete from private.person_timeline t where t.tenant_id = old.tenant_id and t.document_id = old.id;
  end if;
  if tg_op <> 'DELETE' then
    perform private.take_time(row(null, new.tenant_id, new.person_id, null, pg_catalog.tstzrange(new.starts_at, new.ends_at), null, null, 'work_shift', new.id, null, 'duty')::private.person_timeline);
  end if;
  return null;
end
$$;
comment on function private.tg_shifts__take_time() is 'The timeline follows the shift. Raises person_busy.';
create trigger _300_take_time after insert or delete or update of person_id, starts_at, ends_at on public.shifts for each row execute function private.tg_shifts__take_time();

create type public.leave_status as enum ('requested', 'approved', 'rejected', 'cancelled');
create type public.leave_kind as enum ('annual', 'sick', 'family', 'unpaid', 'other');

create table public.leave_requests (
  like private.record including defaults including indexes,
  number text not null,
  status public.leave_status not null default 'requested',
  person_id uuid not null references public.users (id),
  kind public.leave_kind not null,
  from_on date not null,
  until_on date not null,
  days integer not null generated always as (until_on - from_on + 1) stored,
  note text,
  status_reason text,
  approved_by uuid,
  approved_at timestamptz,
  foreign key (tenant_id, person_id) references public.memberships (tenant_id, user_id),
  unique (tenant_id, number),
  constraint leave_days_are_near check (from_on >= '2000-01-01' and from_on <= until_on and until_on < from_on + 366 and until_on < '2100-01-01'),
  constraint leave_note_is_bounded check (length(note) <= 500),
  constraint status_reason_matches_status check ((status in ('rejected', 'cancelled')) = (status_reason is not null)),
  constraint approval_is_recorded check (status = 'cancelled' or (status = 'approved') = (approved_at is not null))
);
create index leave_requests_account on public.leave_requests (person_id);
create index leave_requests_person on public.leave_requests (tenant_id, person_id, from_on);
create index leave_requests_days on public.leave_requests (tenant_id, from_on desc, id desc);
create index leave_requests_recent on public.leave_requests (tenant_id, created_at desc, id desc);
comment on table public.leave_requests is
  'Whole days on which somebody is away, asked for by himself or entered for him, and approved by another person. Approved, it takes his time (private.person_timeline): neither shift nor trip nor appointment overlaps it.';
comment on column public.leave_requests.person_id is 'Account of whoever is away.';
comment on column public.leave_requests.days is 'Days from the first to the last, weekends and holidays among them.';
comment on column public.leave_requests.status_reason is 'Why it was rejected or called off.';
select private.register_error('leave_days_are_near', 422, 'These are no days of leave.', 'Enter a last day that is not before the first, within a year of it.');
select private.register_error('leave_note_is_bounded', 422, 'The note is too long.', 'Shorten it to 500 characters.');
select private.register_document('public.leave_requests', 'leave_request', 'requested', 'leave.view', '/leave', prefix => 'LVE');
insert into private.waiting_states (machine, state, permission) values ('leave_request', 'requested', 'leave.approve');
insert into private.transitions (machine, from_state, command, to_state, permission, separate_from, event) values
  ('leave_request', 'requested', 'approve', 'approved', 'leave.approve', '{created_by,person_id}', 'leave_request.approved'),
  ('leave_request', 'requested', 'reject', 'rejected', 'leave.approve', '{created_by,person_id}', 'leave_request.rejected'),
  ('leave_request', 'requested', 'cancel', 'cancelled', 'leave.request', null, 'leave_request.cancelled'),
  ('leave_request', 'approved', 'cancel', 'cancelled', 'leave.request', null, 'leave_request.cancelled');

create function private.tg_leave_requests__take_time() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  zone text;
begin
  delete from private.person_timeline t where t.tenant_id = new.tenant_id and t.document_id = new.id;
  if new.status = 'approved' then
    select s.timezone into zone from public.tenant_settings s where s.tenant_id = new.tenant_id;
    -- He is nowhere else, and not on a shift either.
    perform private.take_time(row(null, new.tenant_id, new.person_id, null, pg_catalog.tstzrange(new.from_on::timestamp at time zone zone, (new.until_on + 1)::timestamp at time zone zone),
      null, null, 'leave_request', new.id, new.number, layer.name)::private.person_timeline)
    from (values (1, 'busy'), (2, 'duty')) layer (place, name) order by layer.place;
  end if;
  return null;
end
$$;
comment on function private.tg_leave_requests__take_time() is 'Approved leave takes the whole days of its person, in the company''s time zone. Raises person_busy.';
create trigger _300_take_time after update of status on public.leave_requests for each row execute function private.tg_leave_requests__take_time();

create function private.create_leave_request(from_on date, until_on date, kind public.leave_kind default 'annual', person_id uuid default null, note text default null) returns public.leave_requests
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('leave.request');
  made public.leave_requests;
begin
  perform private.require_choice('kind', kind::text);
  if (from_on >= '2000-01-01' and from_on <= until_on and until_on < from_on + 366 and until_on < '2100-01-01') is not true then
    perform private.fail('leave_days_are_near', pg_catalog.jsonb_build_object('from_on', from_on, 'until_on', until_on));
  end if;
  if person_id <> auth.uid() then
    perform private.require_permission('leave.view_all');
  end if;
  perform private.check_owner(tenant, person_id);
  insert into public.leave_requests (tenant_id, person_id, kind, from_on, until_on, note)
  values (tenant, coalesce(person_id, auth.uid()), kind, from_on, until_on, nullif(pg_catalog.btrim(note), ''))
  returning * into made;
  return made;
end
$$;
comment on function private.create_leave_request(date, date, public.leave_kind, uuid, text) is
  'Asks for leave from one day to another, both among it, for the caller or, with leave.view_all, for a colleague (person_id, account). Raises leave_days_are_near, leave_note_is_bounded, person_not_in_company, input_invalid, permission_denied.';
select private.expose_command('create_leave_request');

create function private.move_leave_request(leave_request uuid, command text, reason text, expected_version integer) returns public.leave_requests
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('leave.view');
  target public.leave_requests;
  next_state text;
begin
  select * into target from public.leave_requests l
  where l.tenant_id = tenant and l.id = leave_request and (l.person_id = auth.uid() or l.created_by = auth.uid() or private.has_permission(tenant, 'leave.view_all'))
  for no key update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('leave_request_id', leave_request));
  end if;
  perform private.check_version(expected_version, target.version);
  next_state := private.next_state('leave_request', target.id, target.status::text, command);
  if command <> 'approve' or private.record_approval(tenant, 'leave_request', target.id, command, target.status::text) then
    update public.leave_requests l
    set status = next_state::public.leave_status,
      status_reason = case when command <> 'approve' then private.require_reason(reason) end,
      approved_by = case when command = 'approve' then auth.uid() else l.approved_by end,
      approved_at = case when command = 'approve' then pg_catalog.now() else l.approved_at end
    where l.tenant_id = target.tenant_id and l.id = target.id
    returning * into target;
  end if;
  return target;
end
$$;
comment on function private.move_leave_request(uuid, text, text, integer) is 'One step of a leave request, with its reason; the body of the commands below.';

create function private.approve_leave_request(leave_request_id uuid, expected_version integer default null) returns public.leave_requests
language sql security definer set search_path = ''
as $$ select private.move_leave_request(leave_request_id, 'approve', null, expected_version) $$;
comment on function private.approve_leave_request(uuid, integer) is
  'Approves leave of somebody else, whose time is taken from then on; what is in the way is named and has to be moved first. Raises person_busy, separation_of_duties, leave_request_transition_illegal, record_not_found, version_conflict, permission_denied.';
select private.expose_command('approve_leave_request');

create function private.reject_leave_request(leave_request_id uuid, reason text, expected_version integer default null) returns public.leave_requests
language sql security definer set search_path = ''
as $$ select private.move_leave_request(leave_request_id, 'reject', reason, expected_version) $$;
comment on function private.reject_leave_request(uuid, text, integer) is 'Refuses leave of somebody else, with a reason. Raises reason_required, separation_of_duties, leave_request_transition_illegal, record_not_found, version_conflict, permission_denied.';
select private.expose_command('reject_leave_request');

create function private.cancel_leave_request(leave_request_id uuid, reason text, expected_version integer default null) returns public.leave_requests
language sql security definer set search_path = ''
as $$ select private.move_leave_request(leave_request_id, 'cancel', reason, expected_version) $$;
comment on function private.cancel_leave_request(uuid, text, integer) is
  'Calls leave off, with a reason, also when it was approved: the time of its person is free again. Raises reason_required, leave_request_transition_illegal, record_not_found, version_conflict, permission_denied.';
select private.expose_command('cancel_leave_request');

create or replace function private.away(first_day date, last_day date, person uuid) returns table (id uuid, number text, kind text, day date, user_id uuid, version integer)
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
begin
  return query
  select l.id, l.number, l.kind::text, d.day::date, l.person_id, l.version
  from public.leave_requests l
  cross join lateral pg_catalog.generate_series(greatest(l.from_on, first_day), least(l.until_on, last_day), interval '1 day') d (day)
  where l.status = 'approved' and l.from_on <= last_day and l.until_on >= first_day and (person is null or l.person_id = person);
end
$$;

------------------------------------------------------------------------------------------------
-- Registries
------------------------------------------------------------------------------------------------

select private.register_registry_kind('work_shift', 'public.shifts');
select private.register_registry_source('calendar_events', 'shifts', 'public.shifts', $$
  select s.tenant_id, s.id as source_id, 'work_shift' as entity_type, s.id as entity_id, 'work_shift' as event_type, w.name as title, s.note as description,
    s.starts_at, s.ends_at, false as is_all_day, s.warehouse_id as location_id, s.person_id as assigned_to, 'neutral' as color, s.created_at
  from public.shifts s join public.warehouses w on w.tenant_id = s.tenant_id and w.id = s.warehouse_id $$, follows => 'warehouses.warehouse_id');
select private.register_registry_source('assignments', 'shifts', 'public.shifts', $$
  select s.tenant_id, s.id as source_id, 'work_shift' as entity_type, s.id as entity_id, 'work_shift' as assignment_type, w.name as entity_name,
    s.person_id as user_id, 'assignee' as role, true as is_open, s.starts_at as start_time, s.ends_at as end_time, s.created_at
  from public.shifts s join public.warehouses w on w.tenant_id = s.tenant_id and w.id = s.warehouse_id $$, follows => 'warehouses.warehouse_id');
select private.register_registry_source('calendar_events', 'leave_requests', 'public.leave_requests', $$
  select l.tenant_id, l.id as source_id, 'leave_request' as entity_type, l.id as entity_id, 'leave' as event_type, l.number as title,
    private.midnight(l.from_on) as starts_at, private.midnight(l.until_on + 1) as ends_at, true as is_all_day, l.person_id as assigned_to, l.status::text as status,
    'info' as color, l.created_at
  from public.leave_requests l where l.status in ('requested', 'approved') $$);
select private.track_status('leave_request');
