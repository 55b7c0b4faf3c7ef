-- Family 08, delivery: what a driver looks at before his van leaves, and what is not in order.

create table public.vehicle_check_items (
  like private.record including defaults including indexes,
  name text not null,
  place integer not null default 1,
  must_be_in_order boolean not null default false,
  is_active boolean not null default true,
  foreign key (tenant_id) references public.tenants (id),
  unique (tenant_id, name),
  constraint name_is_short check (length(name) between 1 and 40 and name = btrim(name)),
  constraint place_is_bounded check (place between 1 and 1000)
);
comment on table public.vehicle_check_items is 'The checklist of a company: what a driver looks at on his van before it leaves.';
comment on column public.vehicle_check_items.place is 'Where it stands in the list, lowest first.';
comment on column public.vehicle_check_items.must_be_in_order is 'Whether a van does not leave with a defect of this until somebody has cleared it.';
select private.manage_table('public.vehicle_check_items', 'vehicle_check_item');
select private.set_audience('vehicle_check_item', 'trips.view');
select private.register_error('vehicle_check_item_taken', 409, 'The checklist has an item of this name already.', 'Choose another name, or use that one.');
select private.refuse_taken('public.vehicle_check_items', 'vehicle_check_items_tenant_id_name_key', 'vehicle_check_item_taken');

create function private.tg_tenants__give_checklist() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.vehicle_check_items (tenant_id, name, place, must_be_in_order) values
    (new.id, 'Tyres', 1, true), (new.id, 'Brakes', 2, true), (new.id, 'Lights', 3, true), (new.id, 'Mirrors and windscreen', 4, true),
    (new.id, 'Fire extinguisher', 5, true), (new.id, 'First aid kit', 6, false), (new.id, 'Body and doors', 7, false);
  return null;
end
$$;
comment on function private.tg_tenants__give_checklist() is 'Gives a new company the checklist that it begins with.';
create trigger _300_give_checklist after insert on public.tenants for each row execute function private.tg_tenants__give_checklist();

create table public.vehicle_checks (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  trip_id uuid not null,
  vehicle_id uuid not null,
  item_id uuid not null,
  item_name text not null,
  must_be_in_order boolean not null,
  is_in_order boolean not null,
  note text,
  photo_path text,
  checked_by uuid not null default auth.uid(),
  checked_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  cleared_by uuid,
  cleared_at timestamptz,
  cleared_note text,
  is_open boolean not null generated always as (not is_in_order and cleared_at is null) stored,
  keeps_vehicle_here boolean not null generated always as (must_be_in_order and not is_in_order and cleared_at is null) stored,
  primary key (tenant_id, id),
  constraint each_item_is_checked_once unique (tenant_id, trip_id, vehicle_id, item_id),
  foreign key (tenant_id, trip_id) references public.trips (tenant_id, id),
  foreign key (tenant_id, vehicle_id) references public.vehicles (tenant_id, id),
  foreign key (tenant_id, item_id) references public.vehicle_check_items (tenant_id, id),
  constraint defect_says_what_it_is check (is_in_order or (btrim(note) <> '' and note is not null)),
  constraint check_note_is_bounded check (length(note) <= 500),
  constraint check_photo_is_in_the_own_folder check (photo_path like tenant_id::text || '/%' and length(photo_path) <= 300),
  constraint clearing_is_complete check (num_nulls(cleared_by, cleared_at, cleared_note) in (0, 3) and (cleared_at is null or not is_in_order)),
  constraint clearing_says_why check (btrim(cleared_note) <> '' and length(cleared_note) <= 500),
  constraint somebody_else_clears_a_defect check (cleared_by <> checked_by)
);
create index vehicle_checks_open on public.vehicle_checks (tenant_id, vehicle_id) where is_open;
create index vehicle_checks_vehicle on public.vehicle_checks (tenant_id, vehicle_id, checked_at desc);
create index vehicle_checks_photo on public.vehicle_checks (tenant_id, photo_path) where photo_path is not null;
create index vehicle_checks_item on public.vehicle_checks (tenant_id, item_id);
comment on table public.vehicle_checks is
  'What a driver found on a van before a trip, item by item of the checklist, with the words and the weight that it had then. A defect stays with the van until somebody else clears it.';
comment on column public.vehicle_checks.checked_at is 'When the driver looked, by his phone''s clock; recorded_at is when the server heard of it.';
comment on column public.vehicle_checks.is_open is 'A defect that nobody has cleared.';
comment on column public.vehicle_checks.keeps_vehicle_here is 'A defect that nobody has cleared, of what must be in order: the van does not leave.';
select private.manage_part('public.vehicle_checks', 'trip_id', 'item_name', 'is_in_order', 'note', 'cleared_by', 'cleared_note');

insert into private.in_place_commands (machine, state, command, permission) values
  ('trip', 'planned', 'check_vehicle', 'trips.drive'),
  ('trip', 'dispatched', 'check_vehicle', 'trips.drive'),
  -- What a phone tells of late.
  ('trip', 'in_progress', 'check_vehicle', 'trips.drive');

create function private.is_vehicle_checked(target public.trips) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return exists (select from public.vehicle_checks c where c.tenant_id = target.tenant_id and c.trip_id = target.id and c.vehicle_id = target.vehicle_id);
end
$$;
comment on function private.is_vehicle_checked(public.trips) is 'Whether the van of a trip was looked at for it.';

create function private.has_checklist(target public.trips) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return exists (select from public.vehicle_check_items i where i.tenant_id = target.tenant_id and i.is_active);
end
$$;
comment on function private.has_checklist(public.trips) is 'Whether there is anything that the company of a trip looks at on its vans.';

select private.offer_if('trip', 'private.drives_trip(trips) and trips.vehicle_id is not null and private.has_checklist(trips) and not private.is_vehicle_checked(trips)', 'check_vehicle');

create function private.is_vehicle_check_missing(target public.trips) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return coalesce(private.tenant_rule(target.tenant_id, 'trips.vehicle_check') = 'true', false) and private.has_checklist(target) and not private.is_vehicle_checked(target);
end
$$;
comment on function private.is_vehicle_check_missing(public.trips) is 'Whether a company has its drivers look at the van before they set off, and the one of this trip has not.';

select private.register_error('vehicle_checked_already', 409, 'The vehicle has been checked for this trip already.', 'Tell the office of anything that has broken since.');
select private.register_error('check_incomplete', 422, 'The check does not answer every item of the checklist once.', 'Say of each whether it is in order.');
select private.register_error('defect_without_note', 422, 'A defect is not described.', 'Write what is wrong with it.');

create function private.check_vehicle(trip_id uuid, results jsonb, checked_at timestamptz default null) returns public.trips
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('trips.drive');
  looked_at timestamptz;
  target public.trips;
  van public.vehicles;
  problems jsonb;
begin
  target := private.lock_trip(tenant, trip_id, null);
  if not private.takes_in_place('trip', tenant, target.status::text, 'check_vehicle') then
    perform private.fail('trip_transition_illegal', pg_catalog.jsonb_build_object('id', target.id, 'from', target.status, 'command', 'check_vehicle'));
  end if;
  if not private.drives_trip(target) then
    perform private.fail('not_the_driver', pg_catalog.jsonb_build_object('trip_id', target.id));
  end if;
  -- No other trip of this van leaves meanwhile.
  select * into van from public.vehicles v where v.tenant_id = tenant and v.id = target.vehicle_id for no key update;
  if not found then
    perform private.fail('trip_without_vehicle', pg_catalog.jsonb_build_object('trip_id', target.id));
  end if;
  if private.is_vehicle_checked(target) then
    perform private.fail('vehicle_checked_already', pg_catalog.jsonb_build_object('trip_id', target.id));
  end if;
  perform private.require_records('results', results, '{"item_id": "uuid", "is_in_order": "boolean"}');
  perform private.check_text('note', r ->> 'note', 500) from pg_catalog.jsonb_array_elements(results) r;

  -- Never before the trip was entered nor in the future, however the phone's clock goes.
  looked_at := least(greatest(coalesce(checked_at, pg_catalog.now()), target.created_at), pg_catalog.now());
  -- A phone may not know yet what came to the list or went from it since the morning; what it asks is what the driver saw.
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('item_id', coalesce(i.id, r.item_id))) into problems
  from (
    select x.id from public.vehicle_check_items x
    where x.tenant_id = tenant and x.is_active and x.created_at < looked_at
  ) i
  full join (
    select g.item_id, pg_catalog.count(*) as times, pg_catalog.count(g.is_in_order) as answers
    from pg_catalog.jsonb_to_recordset(results) as g (item_id uuid, is_in_order boolean) group by g.item_id
  ) r on r.item_id = i.id
  where r.times is distinct from 1 or r.answers <> 1
    or not exists (select from public.vehicle_check_items x where x.tenant_id = tenant and x.id = r.item_id);
  if problems is not null or pg_catalog.jsonb_array_length(results) = 0 then
    perform private.fail('check_incomplete', pg_catalog.jsonb_build_object('results', coalesce(problems, '[]')));
  end if;
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('item_id', r.item_id)) into problems
  from pg_catalog.jsonb_to_recordset(results) as r (item_id uuid, is_in_order boolean, note text)
  where not r.is_in_order and coalesce(pg_catalog.btrim(r.note), '') = '';
  if problems is not null then
    perform private.fail('defect_without_note', pg_catalog.jsonb_build_object('results', problems));
  end if;
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('item_id', r.item_id)) into problems
  from pg_catalog.jsonb_to_recordset(results) as r (item_id uuid, photo_path text)
  where (r.photo_path like tenant::text || '/%' and pg_catalog.length(r.photo_path) <= 300) is false;
  if problems is not null then
    perform private.fail('proof_invalid', pg_catalog.jsonb_build_object('results', problems));
  end if;

  insert into public.vehicle_checks (tenant_id, trip_id, vehicle_id, item_id, item_name, must_be_in_order, is_in_order, note, photo_path, checked_at)
  select tenant, target.id, van.id, i.id, i.name, i.must_be_in_order, r.is_in_order, nullif(pg_catalog.btrim(r.note), ''), r.photo_path, looked_at
  from pg_catalog.jsonb_to_recordset(results) as r (item_id uuid, is_in_order boolean, note text, photo_path text)
  join public.vehicle_check_items i on i.tenant_id = tenant and i.id = r.item_id
  order by i.place, i.name;

  perform private.publish_event(tenant, 'trip.vehicle_checked', 'trip', target.id, target.version, pg_catalog.jsonb_build_object(
    'vehicle_id', van.id, 'defects', (select pg_catalog.count(*) from public.vehicle_checks c where c.tenant_id = tenant and c.trip_id = target.id and c.vehicle_id = van.id and not c.is_in_order)
  ));
  return target;
end
$$;
comment on function private.check_vehicle(uuid, jsonb, timestamptz) is
  'What the driver of a trip found on its van, of every item of the checklist [{item_id, is_in_order, note?, photo_path?}]; a defect has a note. A defect of what must be in order keeps the van here until somebody clears it. Told late it counts from when he looked. Raises not_the_driver, trip_without_vehicle, vehicle_checked_already, check_incomplete, defect_without_note, proof_invalid, record_not_found, trip_transition_illegal.';
select private.expose_command('check_vehicle');

select private.register_error('defect_found_by_yourself', 403, 'You found this defect yourself.', 'Somebody else has to clear it.');
select private.register_error('defect_cleared_already', 409, 'This defect has been cleared already, or there was none.', 'Reload the page.');

create function private.clear_defect(defect_id uuid, note text) returns public.vehicle_checks
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('trips.dispatch');
  target public.vehicle_checks;
begin
  select c.* into target from public.vehicle_checks c where c.tenant_id = tenant and c.id = defect_id for no key update;
  if not found or not (private.is_unscoped() or exists (
    select from public.trips t where t.tenant_id = tenant and t.id = target.trip_id and private.sees_trip(t.id, t.driver_id, t.warehouse_id)
  )) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('defect_id', defect_id));
  end if;
  if not target.is_open then
    perform private.fail('defect_cleared_already', pg_catalog.jsonb_build_object('defect_id', defect_id));
  end if;
  if target.checked_by = auth.uid() then
    perform private.fail('defect_found_by_yourself', pg_catalog.jsonb_build_object('defect_id', defect_id));
  end if;
  if coalesce(pg_catalog.btrim(note), '') = '' then
    perform private.fail('reason_required', '{"note": "required"}');
  end if;
  update public.vehicle_checks c set cleared_by = auth.uid(), cleared_at = pg_catalog.now(), cleared_note = private.require_text('note', note, 500)
  where c.tenant_id = tenant and c.id = target.id returning * into target;
  perform private.publish_event(tenant, 'vehicle.defect_cleared', 'vehicle', target.vehicle_id, (select v.version from public.vehicles v where v.tenant_id = tenant and v.id = target.vehicle_id),
    pg_catalog.jsonb_build_object('item', target.item_name, 'trip_id', target.trip_id));
  return target;
end
$$;
comment on function private.clear_defect(uuid, text) is
  'Somebody else than who found a defect says that it was mended, or why the van may leave with it. Raises reason_required, defect_found_by_yourself, defect_cleared_already, record_not_found, permission_denied.';
select private.expose_command('clear_defect');
